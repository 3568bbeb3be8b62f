"""From a request's TensorProto to an array, trusting nothing."""

import math

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.protobuf.meta_graph_pb2 import TensorInfo

from serving.embedded.request_error import invalid


def request_array(
    name: str, tensor: TensorProto, expected: TensorInfo, max_bytes: int
) -> np.ndarray:
    """The array that an input carries.

    Args:
      name: of the input, for messages.
      tensor: as it came.
      expected: dtype and shape that the signature takes.
      max_bytes: largest array to make. A short message may declare a large tensor, since
        a TensorProto's last value stands for all that follow.

    Raises:
      RequestError: INVALID_ARGUMENT; the dtype, the shape or the content is wrong.
    """
    wanted = tf.TensorShape(expected.tensor_shape)
    if tensor.dtype != expected.dtype:
        raise invalid(
            f"Input {name!r} has dtype {_dtype_name(tensor.dtype)}; "
            f"expected {_dtype_name(expected.dtype)}."
        )
    given = [dimension.size for dimension in tensor.tensor_shape.dim]
    if (
        tensor.tensor_shape.unknown_rank
        or any(size < 0 for size in given)
        or not wanted.is_compatible_with(given)
    ):
        raise invalid(f"Input {name!r} has shape {given}; expected {wanted}.")
    size = math.prod(given) * np.dtype(tf.as_dtype(tensor.dtype).as_numpy_dtype).itemsize
    if size > max_bytes:
        raise invalid(
            f"Input {name!r} of shape {given} takes {size} bytes; this server's limit is "
            f"{max_bytes}. Send fewer or smaller pictures at a time."
        )
    try:
        return tf.make_ndarray(tensor)
    except (ValueError, TypeError) as error:
        raise invalid(
            f"Input {name!r} does not hold a tensor of shape {given} and dtype "
            f"{_dtype_name(tensor.dtype)}: {error}"
        ) from None


def _dtype_name(number: int) -> str:
    """`uint8` for DT_UINT8; a number that names no dtype stands for itself."""
    try:
        return tf.as_dtype(number).name
    except TypeError:
        return str(number)
