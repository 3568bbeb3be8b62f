"""Requests are split as the server's limits want, and an image beyond them harms no other."""

import asyncio
import os

import grpc
import pytest

from serving.client import AsyncAttributeClient, AttributeClient, CallError, PassengerClient
from serving.client.images import LoadedImage
from serving.client.request_size import RequestSize
from serving.model_server.requests.limits import Limits
from serving.model_server.server import ModelServer
from tests.serving.client.scripted_server import (
    images_of,
    one_signature,
    reply,
    scores_reply,
    serving,
)
from tests.serving.sample_images import image_file

LARGE = image_file(size=(300, 300), file="PNG")
IMAGES = [image_file(seed, file="PNG") for seed in range(9)]
IMAGES.insert(5, LARGE)
SMALL = max(len(content) for content in IMAGES if content is not LARGE)


async def predict_async(address, images, **settings):
    async with AsyncAttributeClient(address, **settings) as client:
        return await client.predict(images)


def predict(address, images, *, asynchronous, **settings):
    if asynchronous:
        return asyncio.run(predict_async(address, images, **settings))
    with AttributeClient(address, **settings) as client:
        return client.predict(images)


either = pytest.mark.parametrize("asynchronous", [False, True])


@either
@pytest.mark.parametrize(
    ("limits", "refused"),
    [
        ({"rows": 3}, None),
        ({"message_bytes": 3 * len(LARGE)}, None),
        ({"string_bytes": SMALL}, "has a string of"),
        ({"message_bytes": 3 * SMALL}, "larger than max"),
        ({"decoded_pixels": 300 * 299}, "Decoding the images"),
    ],
)
def test_ten_images_and_a_limit_of_the_server(colour_model, asynchronous, limits, refused):
    with ModelServer(
        os.path.dirname(colour_model), poll_seconds=0, batching=None, limits=Limits(**limits)
    ) as server:
        results = predict(server.address, IMAGES, asynchronous=asynchronous)
    assert [result.image for result in results] == [f"#{number}" for number in range(10)]
    for number, result in enumerate(results):
        if refused and number == 5:
            assert result.error.startswith("refused by the server: ")
            assert refused in result.error
        else:
            assert (result.error, len(result.scores)) == (None, 4)


@either
@pytest.mark.parametrize("code", ["INVALID_ARGUMENT", "RESOURCE_EXHAUSTED"])
def test_a_batch_limit_is_learnt_from_its_first_refusal(asynchronous, code):
    sizes = []

    def answer(request, context):
        sizes.append(len(images_of(request)))
        if sizes[-1] > 5:
            words = f"Task size {sizes[-1]} is larger than maximum input batch size 5"
            context.abort(grpc.StatusCode[code], words)
        return scores_reply(sizes[-1])

    with serving(answer) as address:
        results = predict(address, [b"a"] * 32, asynchronous=asynchronous, connections=1)
    assert all(result.scores for result in results)
    assert sizes.count(16) <= 2, "two requests are under way at once"
    assert sorted(size for size in sizes if size < 16) == [1, 1, 5, 5, 5, 5, 5, 5]


@either
def test_requests_are_split_by_bytes_before_they_are_sent(asynchronous):
    sizes = []

    def answer(request, _):
        sizes.append([len(content) for content in images_of(request)])
        return scores_reply(len(sizes[-1]))

    images = [bytes(size) for size in (3000, 3000, 9000, 20_000, 100, 100)]
    with serving(answer) as address:
        results = predict(address, images, asynchronous=asynchronous, message_bytes=4096 + 10_000)
    assert len(results) == 6
    assert sizes == [[3000, 3000], [9000], [20_000], [100, 100]]


def test_other_refusals_are_not_taken_for_a_limit():
    asked = []

    def answer(request, context):
        asked.append(request)
        words = (
            "64 requests are being answered and 64 wait, which is this server's limit; try later"
        )
        context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, words)

    with serving(answer) as address, pytest.raises(CallError, match="being answered"):
        predict(address, [b"a"] * 4, asynchronous=False)
    assert len(asked) == 1


def test_snapshots_are_split_too():
    def answer(request, context):
        count = request.inputs["snapshots"].tensor_shape.dim[0].size
        if count > 1:
            words = f"Input 'snapshots' has {count} rows; this server's limit is 1."
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, words)
        return reply(1, count=[0], boxes=[[[0] * 4]], detection_scores=[[0.0]], bald=[[0.0]])

    outputs = ("count", "boxes", "detection_scores", "bald")
    signatures = one_signature("serving_default", "snapshots", *outputs)
    with serving(answer, signatures=signatures) as address, PassengerClient(address) as client:
        results = client.predict([b"a"] * 5)
    assert [(result.error, result.passengers) for result in results] == [(None, ())] * 5


def held(size, images, accepts):
    """Answers, and the sizes of the requests, of a server that says no more than yes or no."""
    requests = []

    def ask(part):
        requests.append(len(part))
        if not accepts(part):
            raise CallError("", grpc.StatusCode.INVALID_ARGUMENT, "this server's limit is 9.")
        yield from ()
        return [image.name for image in part]

    rpc_flow = size.asking(images, ask, lambda image, why: f"{image.name}: {why}")
    with pytest.raises(StopIteration) as end:
        next(rpc_flow)
    return end.value.value, requests


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 16])
@pytest.mark.parametrize("bad", [(), (0,), (2, 6)])
def test_halves_find_every_image_that_is_refused(count, bad):
    images = [LoadedImage(f"#{number}", b"content") for number in range(count)]
    names = {f"#{number}" for number in bad}
    answers, _ = held(
        RequestSize(1 << 20), images, lambda part: not names & {each.name for each in part}
    )
    assert [answer.partition(":")[0] for answer in answers] == [each.name for each in images]
    refused = {answer.partition(":")[0] for answer in answers if "refused by the server" in answer}
    assert refused == names & {each.name for each in images}
