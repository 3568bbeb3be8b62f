"""From an output's array to a response's TensorProto, in either of TF Serving's two forms."""

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto

from serving.tf_serving_api.string_content import encode_strings, varint

_LENGTH_DELIMITED = 2  # protobuf's wire type of packed numbers
_FIELDS = {
    tf.float32: "float_val",
    tf.float64: "double_val",
    tf.complex64: "scomplex_val",
    tf.complex128: "dcomplex_val",
    tf.bool: "bool_val",
    tf.uint8: "int_val",
    tf.int8: "int_val",
    tf.uint16: "int_val",
    tf.int16: "int_val",
    tf.int32: "int_val",
    tf.int64: "int64_val",
    tf.uint32: "uint32_val",
    tf.uint64: "uint64_val",
    tf.float16: "half_val",
    tf.bfloat16: "half_val",
}


def response_tensor(array: np.ndarray, *, as_content: bool = False) -> TensorProto:
    """The TensorProto of an output.

    Args:
      array: bytes objects stand for strings.
      as_content: Raw bytes in `tensor_content`, which is a copy, in place of the typed field
        (`float_val`, `string_val`, …), which every client can read.
    """
    if array.dtype == object:
        strings = array.ravel().tolist()
        proto = _empty(tf.string, array)
        if as_content:
            proto.tensor_content = encode_strings(strings)
        else:
            proto.string_val.extend(strings)
        return proto
    dtype = tf.as_dtype(array.dtype)
    proto = _empty(dtype, array)
    if as_content or dtype not in _FIELDS:
        proto.tensor_content = array.tobytes()
    elif (packed := _packed(array)) is not None:
        number = TensorProto.DESCRIPTOR.fields_by_name[_FIELDS[dtype]].number
        tag = varint(number << 3 | _LENGTH_DELIMITED)
        proto.MergeFromString(tag + varint(len(packed)) + packed)
    else:
        values = array.view(np.uint16) if _FIELDS[dtype] == "half_val" else array
        getattr(proto, _FIELDS[dtype]).extend(values.ravel().tolist())
    return proto


def _empty(dtype: tf.DType, array: np.ndarray) -> TensorProto:
    shape = tf.TensorShape(array.shape).as_proto()
    return TensorProto(dtype=dtype.as_datatype_enum, tensor_shape=shape)


def _packed(array: np.ndarray) -> bytes | None:
    """The numbers as protobuf packs them, where that is quicker than giving it each of them."""
    if array.dtype in (np.float32, np.float64, np.complex64, np.complex128, np.bool_):
        return array.tobytes()
    if array.dtype == np.uint8:  # one byte below 128, two from there
        pairs = np.stack([array.ravel(), array.ravel() >> 7], axis=1)
        kept = pairs.astype(bool)
        kept[:, 0] = True
        return pairs[kept].tobytes()
    return None
