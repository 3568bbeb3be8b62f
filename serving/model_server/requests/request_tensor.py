"""From a request's TensorProto to an array, trusting nothing."""

import math

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.protobuf.meta_graph_pb2 import TensorInfo

from serving.model_server.requests.limits import Limits
from serving.model_server.requests.request_error import RequestError, invalid
from serving.tf_serving_api.string_content import decode_strings


def request_array(
    name: str, tensor: TensorProto, expected: TensorInfo, limits: Limits
) -> np.ndarray:
    """The array that an input carries.

    A short message may declare a large tensor, since a TensorProto's last value stands for
    all that follow; so sizes are judged before anything is allocated.

    Args:
      name: Name of the input, for messages.
      tensor: Tensor, as it came.
      expected: Dtype and shape that the signature takes.
      limits: Limits of rows, of a string and of a whole tensor.

    Raises:
      RequestError: INVALID_ARGUMENT; the dtype, the shape, the size or the content is wrong.
    """
    if tensor.dtype != expected.dtype:
        raise invalid(
            f"Input {name!r} has dtype {_dtype_name(tensor.dtype)}; "
            f"expected {_dtype_name(expected.dtype)}."
        )
    shape = _checked_shape(name, tensor, tf.TensorShape(expected.tensor_shape), limits)
    if tensor.dtype == tf.string.as_datatype_enum and tensor.tensor_content:
        tensor = _with_string_val(name, tensor, shape)
    _check_size(name, tensor, shape, limits)
    try:
        return tf.make_ndarray(tensor)
    except (ValueError, TypeError, OverflowError) as error:
        raise _wrong_content(name, tensor, shape, str(error)) from None


def _checked_shape(
    name: str, tensor: TensorProto, wanted: tf.TensorShape, limits: Limits
) -> list[int]:
    shape = [dimension.size for dimension in tensor.tensor_shape.dim]
    if (
        tensor.tensor_shape.unknown_rank
        or any(size < 0 for size in shape)
        or not wanted.is_compatible_with(shape)
    ):
        raise invalid(f"Input {name!r} has shape {shape}; expected {wanted}.")
    if shape and shape[0] > limits.rows:
        raise invalid(
            f"Input {name!r} has {shape[0]} rows; this server's limit is {limits.rows}. "
            "Send fewer images at a time."
        )
    return shape


def _with_string_val(name: str, tensor: TensorProto, shape: list[int]) -> TensorProto:
    """The same strings where they usually are."""
    try:
        strings = decode_strings(tensor.tensor_content, math.prod(shape))
    except ValueError as error:
        raise _wrong_content(name, tensor, shape, str(error)) from None
    return TensorProto(dtype=tensor.dtype, tensor_shape=tensor.tensor_shape, string_val=strings)


def _check_size(name: str, tensor: TensorProto, shape: list[int], limits: Limits) -> None:
    count = math.prod(shape)
    size = count * np.dtype(tf.as_dtype(tensor.dtype).as_numpy_dtype).itemsize
    if tensor.dtype == tf.string.as_datatype_enum:
        strings = tensor.string_val
        if len(strings) > count or (count and not strings):
            raise _wrong_content(name, tensor, shape, f"it has {len(strings)} strings")
        lengths = [len(string) for string in strings]
        if max(lengths, default=0) > limits.string_bytes:
            raise invalid(
                f"Input {name!r} has a string of {max(lengths)} bytes; this server's limit is "
                f"{limits.string_bytes}."
            )
        size += sum(lengths) + (count - len(lengths)) * (lengths[-1] if lengths else 0)
    size = max([size, *shape])  # an empty tensor's other extents could overflow elsewhere
    if size > limits.message_bytes:
        raise invalid(
            f"Input {name!r} of shape {shape} takes {size} bytes; this server's limit is "
            f"{limits.message_bytes}. Send fewer or smaller images at a time."
        )


def _wrong_content(name: str, tensor: TensorProto, shape: list[int], reason: str) -> RequestError:
    return invalid(
        f"Input {name!r} does not hold a tensor of shape {shape} and dtype "
        f"{_dtype_name(tensor.dtype)}: {reason}"
    )


def _dtype_name(number: int) -> str:
    """`uint8` for DT_UINT8; a number that names no dtype stands for itself."""
    try:
        return tf.as_dtype(number).name
    except TypeError:
        return str(number)
