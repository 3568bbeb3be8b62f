import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from serving.model_server.requests.response_tensor import response_tensor
from serving.tf_serving_api.messages import TensorProto
from serving.tf_serving_api.tensors import to_array

ARRAYS = {
    "float_val": np.array([[0.5, -2, np.inf]], np.float32),
    "double_val": np.array([0.1, 0.2]),
    "bool_val": np.array([True, False, True]),
    "int64_val": np.array([-1, 1 << 40]),
    "uint32_val": np.array([4_000_000_000], np.uint32),
    "uint64_val": np.array([1 << 63], np.uint64),
    "half_val": np.array([1.5, -2], np.float16),
    "scomplex_val": np.array([1 + 2j], np.complex64),
    "dcomplex_val": np.array([1 - 2j]),
    "string_val": np.array([b"a\0", b""], object),
}
INTEGERS = [np.uint8, np.int8, np.uint16, np.int16, np.int32]
KINDS = [*ARRAYS.items(), *(("int_val", np.array([[0], [127]], kind)) for kind in INTEGERS)]
FORMS = pytest.mark.parametrize("as_content", [False, True], ids=["typed fields", "content"])


def content_fields(proto):
    return {field.name for field, _ in proto.ListFields()} - {"dtype", "tensor_shape"}


@pytest.mark.parametrize(("field", "array"), KINDS, ids=str)
def test_typed_fields_are_those_that_tensorflow_fills(field, array):
    proto = response_tensor(array)
    assert content_fields(proto) == {field}
    read = tf.make_ndarray(proto)
    assert read.tolist() == array.tolist()
    assert (read.dtype, read.shape) == (array.dtype, array.shape)


@pytest.mark.parametrize(("field", "array"), KINDS, ids=str)
def test_content_is_what_tensorflow_reads(field, array):
    proto = response_tensor(array, as_content=True)
    assert content_fields(proto) == {"tensor_content"}
    dtype = tf.as_dtype(proto.dtype)
    read = tf.io.parse_tensor(proto.SerializeToString(), dtype)
    assert read.numpy().tolist() == array.tolist()


def test_bfloat16_is_sent_by_its_bits():
    values = tf.constant([1.5, -2], tf.bfloat16).numpy()
    for as_content in (False, True):
        proto = response_tensor(values, as_content=as_content)
        assert tf.io.parse_tensor(proto.SerializeToString(), tf.bfloat16).numpy().tolist() == [
            1.5,
            -2,
        ]


@FORMS
@given(values=st.lists(st.integers(0, 255), max_size=300))
def test_every_byte_arrives(values, as_content):
    proto = response_tensor(np.array(values, np.uint8), as_content=as_content)
    assert tf.make_ndarray(proto).tolist() == values
    assert as_content or list(proto.int_val) == values


@FORMS
@pytest.mark.parametrize(
    "array",
    [
        *(
            array
            for field, array in KINDS
            if field not in ("half_val", "scomplex_val", "dcomplex_val")
        ),
        np.array(b"scalar", object),
        np.array(2.5, np.float32),
        np.zeros((0, 4), np.float32),
        np.zeros((2, 0), object),
        np.arange(24, dtype=np.uint8).reshape(2, 3, 4),
    ],
    ids=str,
)
def test_our_client_reads_both_forms(array, as_content):
    sent = response_tensor(array, as_content=as_content).SerializeToString()
    read = to_array(TensorProto.FromString(sent))
    assert read.tolist() == array.tolist()
    assert (read.dtype, read.shape) == (array.dtype, array.shape)
