import contextlib
import os
import threading

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from graftnet_tf.errors import GraftNetError
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from serving.model_server.requests.limits import Limits
from serving.model_server.server import ModelServer
from tests.serving.model_server.number_models import numbers, publish

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 50, 40, 3), dtype=np.uint8)
INVALID = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND


class Caller:
    """Raw gRPC calls, as any TF Serving client makes them."""

    def __init__(self, address):
        self.channel = grpc.insecure_channel(address)
        self.prediction = prediction_service_pb2_grpc.PredictionServiceStub(self.channel)
        self.models = model_service_pb2_grpc.ModelServiceStub(self.channel)

    def predict(self, inputs=None, *, output_filter=(), **spec):
        request = predict_pb2.PredictRequest(
            model_spec={"name": "graftnet", **spec}, output_filter=output_filter
        )
        for name, value in ({"images": IMAGES} if inputs is None else inputs).items():
            is_proto = isinstance(value, TensorProto)
            request.inputs[name].CopyFrom(value if is_proto else tf.make_tensor_proto(value))
        return self.prediction.Predict(request, timeout=30)

    def status(self, **spec):
        request = get_model_status_pb2.GetModelStatusRequest(
            model_spec={"name": "graftnet", **spec}
        )
        return self.models.GetModelStatus(request, timeout=30).model_version_status


@contextlib.contextmanager
def serving(base_path, **options):
    with ModelServer(base_path, poll_seconds=0, **options) as server:
        caller = Caller(server.address)
        with caller.channel:
            yield server, caller


@pytest.fixture(scope="module")
def caller(workspace):
    with serving(workspace.path(*GRAFTNET_DIR)) as (_, caller):
        yield caller


def malformed(dtype=types_pb2.DT_UINT8, shape=(2, 50, 40, 3), **content):
    proto = TensorProto(dtype=dtype, **content)
    for size in shape:
        proto.tensor_shape.dim.add(size=size)
    return proto


def test_a_reply_has_every_score_and_names_what_answered(caller, model_dir):
    reply = caller.predict()
    expected = tf.saved_model.load(model_dir).signatures["serving_default"](
        images=tf.constant(IMAGES)
    )
    assert set(reply.outputs) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(tf.make_ndarray(reply.outputs[name]), values, rtol=1e-6)
    spec = reply.model_spec
    assert (spec.name, spec.version.value, spec.signature_name) == (
        "graftnet",
        1,
        "serving_default",
    )


BAD_REQUESTS = {
    "unknown model": (NOT_FOUND, "Unknown model 'yolo'", {"name": "yolo"}),
    "unknown version": (NOT_FOUND, "Version 7", {"version": {"value": 7}}),
    "unknown label": (INVALID, "label 'canary'", {"version_label": "canary"}),
    "unknown signature": (
        grpc.StatusCode.FAILED_PRECONDITION,
        "Unknown signature 'classify'; there are bald, ",
        {"signature_name": "classify"},
    ),
    "missing input": (INVALID, "takes inputs images; given were none", {"inputs": {}}),
    "surplus input": (
        INVALID,
        "given were images, masks",
        {"inputs": {"images": IMAGES, "masks": IMAGES}},
    ),
    "input of another signature": (
        INVALID,
        "takes inputs image_bytes; given were images",
        {"signature_name": "predict_jpeg"},
    ),
    "wrong dtype": (
        INVALID,
        "has dtype float32; expected uint8",
        {"inputs": {"images": IMAGES.astype(np.float32)}},
    ),
    "no dtype": (
        INVALID,
        "has dtype 0; expected uint8",
        {"inputs": {"images": malformed(types_pb2.DT_INVALID)}},
    ),
    "wrong rank": (
        INVALID,
        "has shape [50, 40, 3]; expected (None, None, None, 3)",
        {"inputs": {"images": IMAGES[0]}},
    ),
    "wrong channels": (
        INVALID,
        "has shape [2, 50, 40, 1]",
        {"inputs": {"images": IMAGES[..., :1]}},
    ),
    "negative size": (
        INVALID,
        "has shape [-1, 50, 40, 3]",
        {"inputs": {"images": malformed(shape=(-1, 50, 40, 3))}},
    ),
    "content too short": (
        INVALID,
        "does not hold a tensor of shape [2, 50, 40, 3]",
        {"inputs": {"images": malformed(tensor_content=b"123")}},
    ),
    "a tensor larger than any message": (
        INVALID,
        "limit is",
        {"inputs": {"images": malformed(shape=(1 << 20, 4000, 4000, 3), int_val=[0])}},
    ),
    "images too small": (
        INVALID,
        "Expected sides of at least 16",
        {"inputs": {"images": IMAGES[:, :1, :1]}},
    ),
    "unknown output": (
        INVALID,
        "Unknown outputs hat in output_filter",
        {"output_filter": ["bald", "hat"]},
    ),
}


@pytest.mark.parametrize("case", BAD_REQUESTS)
def test_a_bad_request_gets_its_status_and_the_next_good_one_its_answer(caller, case):
    code, message, request = BAD_REQUESTS[case]
    with pytest.raises(grpc.RpcError) as refusal:
        caller.predict(**request)
    assert refusal.value.code() == code
    assert message in refusal.value.details()
    assert "\n" not in refusal.value.details()
    assert caller.predict().outputs["bald"].dtype == types_pb2.DT_FLOAT


def test_a_message_beyond_the_limit_is_refused_and_harms_nothing(number_versions):
    with serving(number_versions, limits=Limits(message_bytes=1000)) as (_, caller):
        with pytest.raises(grpc.RpcError) as refusal:
            caller.predict(numbers(*range(300)))
        assert refusal.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert caller.predict(numbers(1)).outputs


def test_a_newer_version_takes_over_without_failing_a_request(tmp_path):
    versions, failures = [], []
    answered, switched = threading.Event(), threading.Event()
    publish(str(tmp_path), 1)

    def ask(caller):
        while not (switched.is_set() or failures):
            try:
                reply = caller.predict(numbers(10))
                version = reply.model_spec.version.value
                assert tf.make_ndarray(reply.outputs["product"]).tolist() == [10 * version]
                versions.append(version)
                answered.set()
                if version == 2:
                    switched.set()
            except Exception as error:
                failures.append(error)

    with ModelServer(str(tmp_path), poll_seconds=0.05) as server:
        caller = Caller(server.address)
        threads = [threading.Thread(target=ask, args=(caller,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        assert answered.wait(timeout=60)
        publish(str(tmp_path), 2)
        for thread in threads:
            thread.join(timeout=60)
        assert not failures
        assert switched.is_set()
        assert {1, 2} == set(versions)
        with pytest.raises(grpc.RpcError) as refusal:
            caller.predict(numbers(10), version={"value": 1})
        assert refusal.value.code() == NOT_FOUND
        caller.channel.close()


def test_a_damaged_newer_version_leaves_the_older_in_service(tmp_path):
    publish(str(tmp_path), 1)
    with serving(str(tmp_path)) as (server, caller):
        os.makedirs(tmp_path / "2")
        server.store.refresh()
        assert caller.predict(numbers(10)).model_spec.version.value == 1
        states = {status.version: status for status in caller.status()}
        assert states[1].state == get_model_status_pb2.ModelVersionStatus.AVAILABLE
        assert states[2].state == get_model_status_pb2.ModelVersionStatus.END
        assert "Cannot load" in states[2].status.error_message

        os.rmdir(tmp_path / "2")
        publish(str(tmp_path), 2)
        server.store.refresh()
        assert caller.predict(numbers(10)).model_spec.version.value == 2
        states = {status.version: status.state for status in caller.status()}
        assert states == {
            2: get_model_status_pb2.ModelVersionStatus.AVAILABLE,
            1: get_model_status_pb2.ModelVersionStatus.END,
        }


def test_a_base_path_without_a_version_is_refused(tmp_path):
    with pytest.raises(GraftNetError, match="No model version in"):
        ModelServer(str(tmp_path))
    (tmp_path / "1").mkdir()
    with pytest.raises(GraftNetError, match="Cannot load"):
        ModelServer(str(tmp_path))


def test_a_port_in_use_is_refused_in_one_line(number_versions, capfd):
    with serving(number_versions) as (server, _):
        capfd.readouterr()
        with pytest.raises(GraftNetError, match=r"Cannot listen on .*: Address already in use"):
            ModelServer(number_versions, port=int(server.address.rpartition(":")[2]))
        assert capfd.readouterr().err == "", "gRPC says nothing of its own"


@pytest.mark.parametrize("port", [-1, 65536, 99999])
def test_a_port_that_does_not_exist_is_refused(number_versions, port):
    with pytest.raises(GraftNetError, match=f"Port {port} does not exist"):
        ModelServer(number_versions, port=port)
    with (
        serving(number_versions) as (server, _),
        pytest.raises(GraftNetError, match=f"Port {port} does not exist"),
    ):
        server.metrics.serve(port)


@pytest.mark.parametrize("seconds", [-1.0, float("nan")])
def test_a_poll_at_no_time_is_refused(number_versions, seconds):
    with pytest.raises(GraftNetError, match="poll_seconds is"):
        ModelServer(number_versions, poll_seconds=seconds)
