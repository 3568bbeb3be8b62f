import grpc
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from tensorflow.core.framework import types_pb2
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.protobuf.meta_graph_pb2 import TensorInfo

from serving.embedded.request_error import RequestError
from serving.embedded.request_tensor import request_array


def info(dtype, shape):
    return TensorInfo(dtype=dtype, tensor_shape=tf.TensorShape(shape).as_proto())


def tensor(dtype, shape, **content):
    proto = TensorProto(dtype=dtype, **content)
    for size in shape:
        proto.tensor_shape.dim.add(size=size)
    return proto


@pytest.mark.parametrize(
    "array", [np.arange(6, dtype=np.uint8).reshape(2, 3), np.array([b"a", b""])]
)
def test_what_a_client_sends_arrives(array):
    proto = tf.make_tensor_proto(array)
    arrived = request_array("x", proto, info(proto.dtype, [None] * array.ndim), 1000)
    np.testing.assert_array_equal(arrived, array)


def test_a_value_that_stands_for_many_is_spread():
    proto = tensor(types_pb2.DT_UINT8, [2, 2], int_val=[7])
    arrived = request_array("x", proto, info(types_pb2.DT_UINT8, [None, 2]), 1000)
    assert arrived.tolist() == [[7, 7], [7, 7]]


@pytest.mark.parametrize(
    "shape", [[1 << 40, 1 << 40], [1001], [126, 8]], ids=["overflowing", "row", "matrix"]
)
def test_no_more_memory_is_taken_than_allowed(shape):
    proto = tensor(types_pb2.DT_UINT8, shape, int_val=[7])
    with pytest.raises(RequestError, match="this server's limit is 1000"):
        request_array("x", proto, info(types_pb2.DT_UINT8, [None] * len(shape)), 1000)


@given(
    dtype=st.sampled_from([types_pb2.DT_UINT8, types_pb2.DT_STRING, types_pb2.DT_FLOAT, 0, 999]),
    expected=st.sampled_from([types_pb2.DT_UINT8, types_pb2.DT_STRING, types_pb2.DT_FLOAT]),
    shape=st.lists(st.integers(-2, 4), max_size=4),
    content=st.fixed_dictionaries(
        {},
        optional={
            "tensor_content": st.binary(max_size=40),
            "int_val": st.lists(st.integers(0, 255), max_size=5),
            "float_val": st.lists(st.floats(width=32), max_size=5),
            "string_val": st.lists(st.binary(max_size=3), max_size=5),
        },
    ),
)
def test_any_tensor_becomes_what_it_declares_or_is_refused(dtype, expected, shape, content):
    wanted = info(expected, [None] * len(shape))
    try:
        array = request_array("x", tensor(dtype, shape, **content), wanted, 1000)
    except RequestError as refusal:
        outcome = refusal.code
    else:
        outcome = (dtype, list(array.shape))
    assert outcome in (grpc.StatusCode.INVALID_ARGUMENT, (expected, shape))
