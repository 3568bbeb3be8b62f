"""TensorProto and NumPy arrays, for clients without TensorFlow."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from graftnet_tf.errors import GraftNetError
from serving.tf_serving_api.messages import POOL, TensorProto
from serving.tf_serving_api.string_content import decode_strings

_NUMBERS = POOL.FindEnumTypeByName("tensorflow.DataType").values_by_name
_FIELDS = {
    "DT_FLOAT": (np.float32, "float_val"),
    "DT_DOUBLE": (np.float64, "double_val"),
    "DT_INT8": (np.int8, "int_val"),
    "DT_INT16": (np.int16, "int_val"),
    "DT_INT32": (np.int32, "int_val"),
    "DT_INT64": (np.int64, "int64_val"),
    "DT_UINT8": (np.uint8, "int_val"),
    "DT_UINT16": (np.uint16, "int_val"),
    "DT_UINT32": (np.uint32, "uint32_val"),
    "DT_UINT64": (np.uint64, "uint64_val"),
    "DT_BOOL": (np.bool_, "bool_val"),
}
_OF_NUMBER = {_NUMBERS[name].number: field for name, field in _FIELDS.items()}
_STRING = _NUMBERS["DT_STRING"].number


def string_tensor(strings: Sequence[bytes]) -> Any:
    """A TensorProto of string [N]."""
    shape = {"dim": [{"size": len(strings)}]}
    return TensorProto(dtype=_STRING, tensor_shape=shape, string_val=strings)


def to_array(tensor: Any) -> np.ndarray:
    """The array in a TensorProto, be it in the typed fields or in `tensor_content`.

    Strings become an array of bytes objects.

    Raises:
      GraftNetError: it is of another type than numbers, bools and strings, or its content
        does not fit its shape.
    """
    shape = [dimension.size for dimension in tensor.tensor_shape.dim]
    count = math.prod(shape)
    try:
        if tensor.dtype == _STRING:
            return _strings(tensor, count).reshape(shape)
        dtype, field = _OF_NUMBER[tensor.dtype]
        if tensor.tensor_content:
            return np.frombuffer(tensor.tensor_content, dtype).reshape(shape)
        return _filled(np.fromiter(getattr(tensor, field), dtype), count).reshape(shape)
    except KeyError:
        raise GraftNetError(
            f"The server answered with a tensor of type {tensor.dtype}, which this client cannot "
            "read; expected numbers, bools or strings."
        ) from None
    except ValueError as error:
        raise GraftNetError(
            f"The server answered with a tensor whose content does not fit its shape {shape}: "
            f"{error}."
        ) from None


def _strings(tensor: Any, count: int) -> np.ndarray:
    strings = list(tensor.string_val)
    if tensor.tensor_content:
        strings = decode_strings(tensor.tensor_content, count)
    found = np.empty(len(strings), object)
    found[:] = strings
    return _filled(found, count)


def _filled(values: np.ndarray, count: int) -> np.ndarray:
    """`values`, the last of which stands for those that are missing; zeros if there are none."""
    if 0 < len(values) < count:
        return np.concatenate([values, np.repeat(values[-1:], count - len(values))])
    if not len(values) and count:
        return (
            np.full(count, b"", object) if values.dtype == object else np.zeros(count, values.dtype)
        )
    return values
