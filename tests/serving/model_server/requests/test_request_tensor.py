import grpc
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from tensorflow.core.framework import types_pb2
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.protobuf.meta_graph_pb2 import TensorInfo

from serving.model_server.requests.limits import Limits
from serving.model_server.requests.request_error import RequestError
from serving.model_server.requests.request_tensor import request_array

LIMITS = Limits(message_bytes=1000, rows=500, string_bytes=20)


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
    arrived = request_array("x", proto, info(proto.dtype, [None] * array.ndim), LIMITS)
    np.testing.assert_array_equal(arrived, array)


def test_strings_in_content_arrive_too():
    content = b"\x02\x00\x03ab\x00\xff\xfe"
    proto = tensor(types_pb2.DT_STRING, [3], tensor_content=content)
    arrived = request_array("x", proto, info(types_pb2.DT_STRING, [None]), LIMITS)
    assert arrived.tolist() == [b"ab", b"", b"\x00\xff\xfe"]


def test_a_value_that_stands_for_many_is_spread():
    proto = tensor(types_pb2.DT_UINT8, [2, 2], int_val=[7])
    arrived = request_array("x", proto, info(types_pb2.DT_UINT8, [None, 2]), LIMITS)
    assert arrived.tolist() == [[7, 7], [7, 7]]


@pytest.mark.parametrize(
    "shape",
    [[5, 1 << 40, 1 << 40], [0, 1 << 40, 1 << 40], [126, 8]],
    ids=["overflowing", "empty", "matrix"],
)
def test_no_more_memory_is_taken_than_allowed(shape):
    proto = tensor(types_pb2.DT_UINT8, shape, int_val=[7])
    with pytest.raises(RequestError, match="this server's limit is 1000"):
        request_array("x", proto, info(types_pb2.DT_UINT8, [None] * len(shape)), LIMITS)


@pytest.mark.parametrize(
    ("shape", "strings", "message"),
    [
        ([500], [b"x" * 3], "limit is 1000"),
        ([1], [b"x" * 21], "string of 21 bytes"),
        ([2], [], "has 0 strings"),
        ([1], [b"a", b"b"], "has 2 strings"),
    ],
    ids=["repeated", "long", "absent", "surplus"],
)
def test_strings_are_bounded_however_few_are_sent(shape, strings, message):
    proto = tensor(types_pb2.DT_STRING, shape, string_val=strings)
    with pytest.raises(RequestError, match=message):
        request_array("x", proto, info(types_pb2.DT_STRING, [None]), LIMITS)


def test_rows_are_bounded():
    proto = tensor(types_pb2.DT_UINT8, [501], int_val=[7])
    with pytest.raises(RequestError, match="501 rows; this server's limit is 500"):
        request_array("x", proto, info(types_pb2.DT_UINT8, [None]), LIMITS)


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
        array = request_array("x", tensor(dtype, shape, **content), wanted, LIMITS)
    except RequestError as refusal:
        outcome = refusal.code
    else:
        outcome = (dtype, list(array.shape))
    assert outcome in (grpc.StatusCode.INVALID_ARGUMENT, (expected, shape))
