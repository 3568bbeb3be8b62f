"""How clients reach a server: retries, deadlines, versions, certificates, several requests."""

import asyncio
import contextlib
import io
import logging
import pathlib
import socket
import threading

import grpc
import numpy as np
import pytest
from PIL import Image
from tensorflow_serving.apis.predict_pb2 import PredictRequest

from graftnet_tf.errors import GraftNetError
from serving.client import AsyncAttributeClient, AttributeClient, CallError, Endpoint, Tls
from tests.serving.certificates import Authority
from tests.serving.client.scripted_server import (
    images_of,
    one_signature,
    scores_reply,
    serving,
)


class Recorded:
    """Answers with scores, after refusing a few times; keeps what it was asked."""

    def __init__(self, *, refusals=0, code=grpc.StatusCode.UNAVAILABLE):
        self.requests: list[PredictRequest] = []
        self._refusals = refusals
        self._code = code

    def __call__(self, request, context):
        self.requests.append(request)
        if len(self.requests) <= self._refusals:
            context.abort(self._code, "not now")
        return scores_reply(len(images_of(request)))


async def predict_async(address, images, batch, **settings):
    async with AsyncAttributeClient(address, **settings) as client:
        return await client.predict(images, batch=batch)


def predict(address, images, *, asynchronous=False, batch=16, **settings):
    if asynchronous:
        return asyncio.run(predict_async(address, images, batch, **settings))
    with AttributeClient(address, **settings) as client:
        return client.predict(images, batch=batch)


either = pytest.mark.parametrize("asynchronous", [False, True])


@either
def test_a_large_request_is_repeated_while_the_server_is_unavailable(asynchronous):
    server = Recorded(refusals=2)
    with serving(server) as address:
        (result,) = predict(address, [bytes(1 << 20)], asynchronous=asynchronous)
    assert result.scores["bald"] == 0.75
    assert len(server.requests) == 3


@either
@pytest.mark.parametrize("code", ["RESOURCE_EXHAUSTED", "INTERNAL", "NOT_FOUND", "ABORTED"])
def test_no_other_status_is_repeated(asynchronous, code):
    server = Recorded(refusals=1, code=grpc.StatusCode[code])
    with serving(server) as address, pytest.raises(CallError, match="not now") as refusal:
        predict(address, [b"image"], asynchronous=asynchronous)
    assert refusal.value.code.name == code
    assert len(server.requests) == 1


def test_attempts_end_and_one_means_no_repetition():
    server = Recorded(refusals=9)
    with serving(server) as address:
        for attempts, seen in ((1, 1), (3, 4)):
            with pytest.raises(CallError, match="No model server answers at"):
                predict(address, [b"image"], attempts=attempts)
            assert len(server.requests) == seen


@either
def test_a_deadline_ends_the_call_and_its_repetitions(asynchronous):
    released = threading.Event()

    def never(request, context):
        released.wait(timeout=30)
        return scores_reply(1)

    with serving(never) as address:
        with pytest.raises(CallError, match=r"did not answer within 0\.2 s"):
            predict(address, [b"image"], asynchronous=asynchronous, timeout=0.2)
        released.set()


class Announced(logging.Handler):
    """Calls a function with the first record of the client's log, in the thread that logs it."""

    def __init__(self, then):
        super().__init__()
        self.records, self._then = [], then

    def emit(self, record):
        self.records.append(record.getMessage())
        if len(self.records) == 1:
            self._then()

    def __enter__(self):
        logging.getLogger("serving.client").addHandler(self)
        return self

    def __exit__(self, *_):
        logging.getLogger("serving.client").removeHandler(self)


@either
def test_a_server_that_starts_later_is_waited_for_and_that_is_said_once(asynchronous):
    server = Recorded()
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with contextlib.ExitStack() as stack:
        started = stack.enter_context(
            Announced(lambda: stack.enter_context(serving(server, port=port)))
        )
        results = predict(
            f"127.0.0.1:{port}", [b"a", b"b"], batch=1, attempts=2, asynchronous=asynchronous
        )
    assert [result.scores["bald"] for result in results] == [0.75, 0.75]
    (said,) = started.records
    assert said.startswith(f"No model server answers at 127.0.0.1:{port} yet (")
    assert said.endswith("Waiting for it, up to 60 s.")


@either
def test_waiting_ends_with_the_deadline(asynchronous):
    with pytest.raises(
        CallError, match=r"No model server answered at 127\.0\.0\.1:1 within 1 s \(.*refused.*allow"
    ):
        predict("127.0.0.1:1", [b"a"], attempts=2, timeout=1, asynchronous=asynchronous)


@either
@pytest.mark.parametrize("asked", [{}, {"version": 3}, {"version_label": "stable"}])
def test_requests_name_the_version_or_label_asked_for(asynchronous, asked):
    server = Recorded()
    with serving(server) as address:
        predict(address, [b"image"], asynchronous=asynchronous, model="m", **asked)
    (request,) = server.requests
    spec = request.model_spec
    assert (spec.name, spec.signature_name) == ("m", "predict_jpeg")
    assert spec.version_label == asked.get("version_label", "")
    assert (spec.version.value or None) == asked.get("version")


def test_a_version_and_a_label_exclude_one_another():
    with pytest.raises(ValueError, match="not for both"):
        Endpoint("localhost:8500", version=1, version_label="stable")


def test_scores_are_read_with_the_thresholds_of_the_version_that_answered():
    answers = iter([1, 2, 1])
    with (
        serving(lambda request, _: scores_reply(1, version=next(answers))) as address,
        AttributeClient(address) as client,
    ):
        results = client.predict([b"a", b"b", b"c"], batch=1, in_flight=1)
    assert [result.model_version for result in results] == [1, 2, 1]


def test_only_attributes_asked_for_are_computed_and_returned():
    server = Recorded()
    with serving(server) as address, AttributeClient(address) as client:
        (result,) = client.predict([b"image"], attributes=["bald"])
    assert set(server.requests[0].output_filter) == {"bald", "decoded"}
    assert result.scores == {"bald": 0.75}
    assert result.decisions == {"bald": True}
    assert result.classes == {}


def test_thresholds_decide_and_classes_are_named():
    with serving(Recorded()) as address:
        (result,) = predict(address, [b"image"])
    assert result.decisions == {"bald": True, "male": False, "female": False}
    assert result.classes == {"gender": "other"}, "1 - 0.25 - 0.125 is left for it"


def test_metadata_come_by_row_from_a_server_that_batches():
    signatures = one_signature("metadata_rows", "image_bytes", "metadata")
    with serving(Recorded(), signatures=signatures, batches=True) as address:
        (result,) = predict(address, [b"image"])
    assert result.decisions == {"bald": True, "male": False, "female": False}
    with (
        serving(Recorded(), batches=True) as address,
        pytest.raises(GraftNetError, match="compose it anew"),
    ):
        predict(address, [b"image"])


def test_an_array_arrives_pixel_by_pixel():
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    server = Recorded()
    with serving(server) as address:
        predict(address, [pixels])
    (content,) = images_of(server.requests[0])
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content))), pixels)


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 4, 3), np.float32), np.zeros((4, 4), np.uint8), 7, None]
)
def test_what_is_no_image_is_refused(wrong):
    with serving(Recorded()) as address, pytest.raises(GraftNetError, match=r"#1 is an? "):
        predict(address, [b"image", wrong])


def test_a_path_object_is_read(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"content")
    server = Recorded()
    with serving(server) as address:
        (result,) = predict(address, [pathlib.Path(path)])
    assert result.image == str(path)
    assert images_of(server.requests[0]) == [b"content"]


@contextlib.contextmanager
def gated():
    """A server that holds requests until `gate` is set; counts those that wait."""
    gate, waiting = threading.Event(), threading.Semaphore(0)

    def answer(request, context):
        waiting.release()
        assert gate.wait(timeout=30)
        return scores_reply(len(images_of(request)))

    with serving(answer) as address:
        yield address, gate, waiting


def test_a_stream_takes_no_more_images_than_it_may_hold():
    taken = []

    def images():
        for number in range(100):
            taken.append(number)
            yield b"%d" % number

    with gated() as (address, gate, waiting), AttributeClient(address) as client:
        results = []
        reader = threading.Thread(
            target=lambda: results.extend(client.stream(images(), batch=2, in_flight=3))
        )
        reader.start()
        for _ in range(3):
            assert waiting.acquire(timeout=30), "three requests are under way at once"
        assert not waiting.acquire(timeout=0.1)
        assert len(taken) <= 2 * 3 + 2, "and one more chunk is at hand"
        gate.set()
        reader.join(timeout=30)
    assert [result.image for result in results] == [f"#{number}" for number in range(100)]


def test_an_async_stream_has_several_requests_under_way():
    async def read(address, gate, waiting):
        async with AsyncAttributeClient(address) as client:
            results = client.stream([b"%d" % number for number in range(7)], batch=2, in_flight=3)
            first = asyncio.ensure_future(anext(results))
            for _ in range(3):
                assert await asyncio.to_thread(waiting.acquire, timeout=30)
            gate.set()
            return [(await first).image, *[result.image async for result in results]]

    with gated() as gate:
        assert asyncio.run(read(*gate)) == [f"#{number}" for number in range(7)]


def test_a_stream_that_is_left_sends_nothing_more():
    server = Recorded()
    with serving(server) as address, AttributeClient(address) as client:
        results = client.stream([b"image"] * 50, batch=1, in_flight=2)
        assert next(results).image == "#0"
        results.close()
        sent = len(server.requests)
        assert client.predict([b"image"])
    assert sent <= 3
    assert len(server.requests) == sent + 1


def test_connections_take_turns():
    peers = set()

    def answer(request, context):
        peers.add(context.peer())
        return scores_reply(1)

    with serving(answer) as address, AttributeClient(address, connections=2) as client:
        client.predict([b"image"] * 4, batch=1)
    assert len(peers) == 2


def server_credentials(authority, host, *, mutual):
    signed = authority.sign(host)
    pair = (pathlib.Path(signed.key).read_bytes(), pathlib.Path(signed.certificate).read_bytes())
    roots = pathlib.Path(authority.ca).read_bytes() if mutual else None
    return grpc.ssl_server_credentials([pair], roots, require_client_auth=mutual)


@either
def test_tls_and_mutual_tls(tmp_path, asynchronous):
    authority = Authority(tmp_path)
    client = authority.sign("client")
    tls = Tls(authority.ca, server_name="model-server")
    mutual = Tls(authority.ca, client.certificate, client.key, server_name="model-server")
    for demands, accepted, refused in (
        (False, tls, Tls(authority.ca, server_name="another")),
        (True, mutual, tls),
    ):
        credentials = server_credentials(authority, "model-server", mutual=demands)
        with serving(Recorded(), credentials=credentials) as address:
            (result,) = predict(address, [b"a"], tls=accepted, asynchronous=asynchronous)
            assert result.scores["bald"] == 0.75
            with pytest.raises(CallError, match="certificates"):
                predict(address, [b"a"], tls=refused, attempts=2, asynchronous=asynchronous)


def test_certificates_that_cannot_be_used_are_said_to_be(tmp_path):
    with pytest.raises(GraftNetError, match=r"Cannot read the PEM file .*none\.pem"):
        AttributeClient("localhost:8500", tls=Tls(str(tmp_path / "none.pem")))
    with pytest.raises(GraftNetError, match="both or neither"):
        AttributeClient("localhost:8500", tls=Tls(key="a.key"))
