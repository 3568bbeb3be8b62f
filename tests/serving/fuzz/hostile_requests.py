"""Messages to Predict that no honest client sends, by seed, with the answers they may get."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from grpc import StatusCode
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow_serving.apis.predict_pb2 import PredictRequest

from tests.serving.fuzz.hostile_images import Random, hostile_image
from tests.serving.sample_images import image_file

Made = tuple[PredictRequest | bytes, set[StatusCode]]
OK, INVALID = StatusCode.OK, StatusCode.INVALID_ARGUMENT
NOT_FOUND, UNMET = StatusCode.NOT_FOUND, StatusCode.FAILED_PRECONDITION
GOOD = image_file()


class Hostile(NamedTuple):
    """A message and the statuses that are right for it."""

    kind: str
    message: bytes
    allowed: set[StatusCode]


def hostile_request(seed: int) -> Hostile:
    """The message of a seed."""
    random = np.random.default_rng(seed)
    make = _KINDS[random.integers(len(_KINDS))]
    request, allowed = make(random)
    message = request if isinstance(request, bytes) else request.SerializeToString()
    return Hostile(make.__name__.strip("_"), message, allowed)


def good_request(*images: bytes) -> PredictRequest:
    """An honest request to `predict_jpeg`."""
    request = PredictRequest(model_spec={"name": "graftnet", "signature_name": "predict_jpeg"})
    request.inputs["image_bytes"].CopyFrom(tf.make_tensor_proto(images or [GOOD], tf.string))
    return request


def _tensor(random: Random) -> TensorProto:
    """Any dtype, any shape, any content, which seldom fit."""
    tensor = TensorProto(dtype=int(random.choice([0, 1, 3, 4, 7, 9, 14, 19, 20, 21, 23, 101, 999])))
    for _ in range(random.integers(6)):
        tensor.tensor_shape.dim.add(
            size=int(random.choice([-2, -1, 0, 1, 2, 3, 16, 299, 4000, 2**31, 2**40, 2**62]))
        )
    tensor.tensor_shape.unknown_rank = bool(random.random() < 0.1)
    fill = random.integers(6)
    if fill == 0:
        tensor.tensor_content = random.bytes(random.integers(4000))
    elif fill == 1:
        tensor.int_val.extend(random.integers(-(2**31), 2**31, random.integers(5)).tolist())
    elif fill == 2:
        tensor.float_val.extend(random.normal(size=random.integers(5)).tolist())
    elif fill == 3:
        tensor.string_val.extend(random.bytes(9) for _ in range(random.integers(5)))
    elif fill == 4:
        tensor.string_val.append(GOOD)
    return tensor


def _any_tensor(random: Random) -> Made:
    request = good_request()
    name = "image_bytes" if random.random() < 0.5 else "images"
    request.model_spec.signature_name = (
        "predict_jpeg" if name == "image_bytes" else "serving_default"
    )
    del request.inputs["image_bytes"]
    request.inputs[name].CopyFrom(_tensor(random))
    return request, {OK, INVALID}


def _huge_tensor(random: Random) -> Made:
    request = good_request()
    tensor = request.inputs["image_bytes"]
    tensor.Clear()
    tensor.dtype = 7
    tensor.tensor_shape.dim.add(size=int(random.choice([300, 10**6, 2**40, 2**62])))
    tensor.string_val.append(random.bytes(random.integers(1, 100_000)))
    return request, {INVALID}


def _any_images(random: Random) -> Made:
    """Decoded images of odd sizes, one value standing for all."""
    request = good_request()
    request.model_spec.signature_name = "serving_default"
    del request.inputs["image_bytes"]
    tensor = request.inputs["images"]
    tensor.dtype = 4
    for size in (*random.choice([0, 1, 2, 15, 16, 300, 5000], 3).tolist(), 3):
        tensor.tensor_shape.dim.add(size=size)
    tensor.int_val.append(int(random.integers(256)))
    return request, {OK, INVALID}


def _hostile_images(random: Random) -> Made:
    images = [hostile_image(random) for _ in range(random.integers(1, 5))]
    return good_request(*images), {OK, INVALID}  # together they may cost too much


def _among_good(random: Random) -> Made:
    return good_request(GOOD, hostile_image(random), GOOD), {OK}


def _strange_names(random: Random) -> Made:
    """Models, signatures, outputs and inputs that are not there."""
    name = _pick_name(random)
    request = good_request()
    place = random.integers(4)
    if place == 0:
        request.model_spec.name = name
        return request, {NOT_FOUND, INVALID}
    if place == 1:
        request.model_spec.signature_name = f"x{name}"
        return request, {UNMET}
    if place == 2:
        request.output_filter.extend([name, "decoded"])
        return request, {INVALID}
    request.inputs[name].CopyFrom(_tensor(random))
    return request, {INVALID}


def _pick_name(random: Random) -> str:
    return ["", "a" * 100_000, "\0", "é\n漢🙂", "../../etc/passwd", "%s%n{}"][random.integers(6)]


def _strange_version(random: Random) -> Made:
    request = good_request()
    if random.random() < 0.5:
        request.model_spec.version.value = int(random.choice([-(2**63), -1, 0, 2, 2**63 - 1]))
        return request, {NOT_FOUND}
    request.model_spec.version_label = _pick_name(random)
    return request, {INVALID}


def _random_bytes(random: Random) -> Made:
    return random.bytes(random.integers(400)), _ANYTHING


def _flipped_bytes(random: Random) -> Made:
    message = bytearray(good_request().SerializeToString())
    for _ in range(random.integers(1, 8)):
        message[random.integers(len(message))] = random.integers(256)
    return bytes(message), _ANYTHING


def _cut_message(random: Random) -> Made:
    message = good_request().SerializeToString()
    return message[: random.integers(len(message))], _ANYTHING


# gRPC says INTERNAL of a message that does not parse.
_ANYTHING = {OK, INVALID, NOT_FOUND, UNMET, StatusCode.INTERNAL}
_KINDS: list[Callable[[Random], Made]] = [
    _any_tensor,
    _huge_tensor,
    _any_images,
    _hostile_images,
    _among_good,
    _strange_names,
    _strange_version,
    _random_bytes,
    _flipped_bytes,
    _cut_message,
]
