import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from serving.tf_serving_api.messages import TensorProto
from serving.tf_serving_api.string_content import decode_strings, encode_strings
from serving.tf_serving_api.tensors import string_tensor, to_array

FLOAT, STRING, RESOURCE = 1, 7, 20


def tensor(dtype, shape, **content):
    return TensorProto(
        dtype=dtype, tensor_shape={"dim": [{"size": size} for size in shape]}, **content
    )


def test_strings_are_sent_as_tensorflow_sends_them():
    strings = [b"\xff\xd8", b"", b"abc"]
    sent = string_tensor(strings).SerializeToString()
    assert sent == tf.make_tensor_proto(strings).SerializeToString()


@pytest.mark.parametrize(
    ("proto", "values"),
    [
        (tensor(FLOAT, [3], float_val=[1, 2]), [1, 2, 2]),
        (tensor(FLOAT, [2, 2], float_val=[7]), [[7, 7], [7, 7]]),
        (tensor(FLOAT, [2]), [0, 0]),
        (tensor(STRING, [2], string_val=[b"x"]), [b"x", b"x"]),
        (tensor(STRING, [2]), [b"", b""]),
    ],
    ids=str,
)
def test_a_last_value_stands_for_those_that_are_missing(proto, values):
    assert to_array(proto).tolist() == values


@pytest.mark.parametrize(
    ("proto", "message"),
    [
        (tensor(RESOURCE, [1]), "a tensor of type 20"),
        (tensor(FLOAT, [1], float_val=[1, 2]), "does not fit its shape"),
        (tensor(FLOAT, [2], tensor_content=b"12345"), "does not fit its shape"),
        (tensor(STRING, [2], tensor_content=b"\x01\x05a"), "does not fit its shape"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_said_to_be_so(proto, message):
    with pytest.raises(GraftNetError, match=message):
        to_array(proto)


@pytest.mark.parametrize("strings", [[], [b""], [b"a", b"", b"x" * 300]], ids=len)
def test_strings_in_content_come_back(strings):
    assert decode_strings(encode_strings(strings), len(strings)) == strings


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (b"", 1),
        (b"\x80", 1),
        (b"\x02a", 1),
        (b"\x01ab", 1),
        (b"\x01", 1 << 60),
        (b"\xff" * 9, 1),
    ],
    ids=str,
)
def test_strings_that_are_not_in_content_are_not_made_up(content, count):
    with pytest.raises(ValueError, match="string"):
        decode_strings(content, count)


def test_arrays_of_answers_are_of_the_machines_own_types():
    assert to_array(tensor(FLOAT, [1], float_val=[0.5])).dtype == np.float32
