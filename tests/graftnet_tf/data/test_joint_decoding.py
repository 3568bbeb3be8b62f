"""Tests of decoding small images together."""

import io

import numpy as np
import pytest
from PIL import Image

from graftnet_tf.data import joint_decoding
from graftnet_tf.data.image_loading import UnreadableImageError, decode
from graftnet_tf.data.joint_decoding import decode_each


def encoded(height, width, kind="JPEG"):
    random = np.random.default_rng(height)
    file = io.BytesIO()
    Image.fromarray(random.integers(0, 256, (height, width, 3), dtype=np.uint8)).save(file, kind)
    return file.getvalue()


def test_images_of_any_size_and_format_are_as_decoded_alone():
    contents = [encoded(20, 30), encoded(21, 16, "PNG"), encoded(300, 400, "PNG"), encoded(40, 17)]
    assert len(contents[2]) > joint_decoding._SMALL
    found = list(decode_each(contents))
    assert [content for content, _ in found] == contents
    for content, pixels in found:
        np.testing.assert_array_equal(pixels, decode(content))


@pytest.mark.parametrize("bad", [b"", b"GIF89a", encoded(20, 30)[:400], encoded(1, 30)])
def test_a_bad_image_has_its_own_reason_and_its_neighbours_none(bad):
    with pytest.raises(UnreadableImageError) as alone:
        decode(bad)
    before, found, after, _ = (it for _, it in decode_each([encoded(20, 30), bad] * 2))
    assert str(found) == str(alone.value)
    np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("side", [2000, 20_000])
def test_few_bytes_that_are_many_pixels_are_decoded_alone(monkeypatch, side):
    together = []
    monkeypatch.setattr(joint_decoding, "decode_all", lambda some: together.append(some) or some)
    file = io.BytesIO()
    Image.new("1", (side, side)).save(file, "PNG")
    assert len(file.getvalue()) <= joint_decoding._SMALL
    (_, found), (_, again) = decode_each([file.getvalue()] * 2)
    assert not together
    if side == 2000:
        assert found.shape == again.shape == (2000, 2000, 3)
    else:
        assert "height and width are 20000, 20000" in str(found)


def test_what_could_not_be_had_is_passed_on():
    error = UnreadableImageError("It is away.")
    (_, before), (given, found), (_, after) = decode_each([encoded(20, 30), error, encoded(22, 30)])
    assert given is found is error
    assert (before.shape, after.shape) == ((20, 30, 3), (22, 30, 3))


def test_a_large_image_is_taken_when_the_one_before_has_been_given():
    taken = []

    def contents():
        for number in range(3):
            taken.append(number)
            yield encoded(300 + number, 400, "PNG")

    for number, _ in enumerate(decode_each(contents())):
        assert taken == list(range(number + 1))
