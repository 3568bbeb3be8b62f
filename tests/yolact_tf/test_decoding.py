"""Pictures of every kind and orientation, and those that are refused."""

import io
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageOps

from yolact_tf.decoding import MAX_PIXELS, MIN_SIDE, decode_picture
from yolact_tf.orientation import exif_orientation

GRAPH = tf.function(decode_picture, input_signature=[tf.TensorSpec([], tf.string)])


def corners() -> Image.Image:
    """Four corners of different colours, 48 wide and 32 high."""
    pixels = np.zeros((32, 48, 3), np.uint8)
    pixels[:16, :24], pixels[:16, 24:] = (200, 0, 0), (0, 200, 0)
    pixels[16:, :24], pixels[16:, 24:] = (0, 0, 200), (200, 200, 200)
    return Image.fromarray(pixels)


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    data = io.BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


@pytest.mark.parametrize("byte_order", ["big", "little"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_undone(orientation, byte_order):
    exif = Image.Exif()
    exif.endian = ">" if byte_order == "big" else "<"
    exif[0x010E] = "a description before the tag"
    exif[0x0112] = orientation
    data = encoded(corners(), "JPEG", quality=100, subsampling=0, exif=exif)
    assert int(exif_orientation(data)) == orientation
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    for decode in (decode_picture, GRAPH):
        decoded = decode(tf.constant(data)).numpy()
        assert decoded.shape == expected.shape
        np.testing.assert_allclose(decoded, expected.astype(int), atol=3)


@pytest.mark.parametrize(
    "tiff",
    [
        b"",
        b"MM\x00*",
        b"II*\x00\xff\xff\xff\xff",
        b"MM\x00*\x00\x00\x00\x08\xff\xff",
        b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x09\x00\x00",
        b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00",
    ],
)
def test_damaged_exif_is_taken_for_upright(tiff):
    data = b"\xff\xd8\xff\xe1\x00\x20Exif\x00\x00" + tiff
    assert int(exif_orientation(tf.constant(data))) == 1


def test_grey_and_transparent_and_deep_pictures_become_rgb():
    grey = Image.new("L", (20, 20), 70)
    for data in (
        encoded(grey, "JPEG", quality=100),
        encoded(grey, "PNG"),
        encoded(Image.new("RGBA", (20, 20), (70, 70, 70, 9)), "PNG"),
        encoded(Image.new("I;16", (20, 20), 70 * 257), "PNG"),
    ):
        decoded = decode_picture(tf.constant(data)).numpy()
        assert decoded.shape == (20, 20, 3)
        assert decoded.dtype == np.uint8
        assert (decoded == 70).all()


def huge_png() -> bytes:
    header = bytearray(encoded(corners(), "PNG"))
    header[16:24] = np.array([50_000, 50_000], ">u4").tobytes()
    return bytes(header)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "Not a JPEG or PNG"),
        (b"GIF89a" + bytes(60), "Not a JPEG or PNG"),
        (b"\x89PNG\r\n\x1a\n", "Not a JPEG or PNG"),
        (encoded(Image.new("RGB", (1, 1)), "PNG"), f"at least {MIN_SIDE}"),
        (encoded(Image.new("RGB", (90, 15)), "JPEG"), f"at least {MIN_SIDE}"),
        (huge_png(), f"at most {MAX_PIXELS}"),
        (encoded(corners(), "PNG")[:70], None),
        (encoded(corners(), "JPEG")[:30], None),
    ],
)
def test_what_is_no_use_is_refused_before_it_is_decoded(data, message):
    for decode in (decode_picture, GRAPH):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            decode(tf.constant(data))
