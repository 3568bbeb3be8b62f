"""Images of every kind and orientation, and those that are refused."""

import io
import pathlib
import struct
import zlib
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageOps

from graftnet_tf.io.exif_orientation import exif_orientation
from graftnet_tf.io.image_decoding import MAX_PIXELS, MIN_SIDE, decode_image
from graftnet_tf.io.pillow_images import upright_on_black

GRAPH = tf.function(decode_image, input_signature=[tf.TensorSpec([], tf.string)])


def corners() -> Image.Image:
    """Four corners of different colours, 48 wide and 32 high."""
    pixels = np.zeros((32, 48, 3), np.uint8)
    pixels[:16, :24], pixels[:16, 24:] = (200, 0, 0), (0, 200, 0)
    pixels[16:, :24], pixels[16:, 24:] = (0, 0, 200), (200, 200, 200)
    return Image.fromarray(pixels)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("byte_order", ["big", "little"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_undone(orientation, byte_order, kind):
    exif = Image.Exif()
    exif.endian = ">" if byte_order == "big" else "<"
    exif[0x010E] = "a description before the tag"
    exif[0x0112] = orientation
    data = encoded(corners(), kind, quality=100, subsampling=0, exif=exif)
    assert int(exif_orientation(data)) == orientation
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    for decode in (decode_image, GRAPH):
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


def test_exif_is_found_after_other_segments():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(corners(), "JPEG", exif=exif)
    comments = b"".join(b"\xff\xfe\xff\xff" + bytes(65533) for _ in range(3))
    assert int(exif_orientation(tf.constant(data[:2] + comments + data[2:]))) == 6


def test_what_follows_the_pixels_or_stands_in_xmp_turns_nothing():
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded(corners(), "JPEG", exif=exif)
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf tiff:Orientation="6"/></x:xmpmeta>'
    for data in (encoded(corners(), "JPEG") + turned, encoded(corners(), "JPEG", xmp=xmp)):
        assert int(exif_orientation(tf.constant(data))) == 1
        with Image.open(io.BytesIO(data)) as opened:
            assert upright_on_black(opened).size == corners().size


def test_a_tag_of_32_bits_is_read():
    tiff = b"MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x04\x00\x00\x00\x01\x00\x00\x00\x06"
    data = encoded(corners(), "JPEG", exif=b"Exif\x00\x00" + tiff + bytes(4))
    assert int(exif_orientation(tf.constant(data))) == 6
    with Image.open(io.BytesIO(data)) as opened:
        assert upright_on_black(opened).size == (32, 48)


def palette_with_a_transparent_colour() -> Image.Image:
    image = Image.new("P", (20, 20), 0)
    image.putpalette([255, 255, 255, 70, 70, 70])
    image.paste(1, (0, 0, 20, 10))
    image.info["transparency"] = 0
    return image


def half_hidden(mode: str, colour: int | tuple[int, ...]) -> Image.Image:
    """Above colour 70, below what is hidden: white under an alpha of 0."""
    bands = len(Image.new(mode, (1, 1)).getbands())
    image = Image.new(mode, (20, 20), (*[255] * (bands - 1), 0))
    image.paste(colour, (0, 0, 20, 10))
    return image


@pytest.mark.parametrize(
    "image",
    [
        half_hidden("RGBA", (70, 70, 70, 255)),
        half_hidden("LA", (70, 255)),
        palette_with_a_transparent_colour(),
        half_hidden("RGBA", (140, 140, 140, 128)),
    ],
    ids=["RGBA", "grey with alpha", "palette", "half transparent"],
)
def test_transparent_images_are_composited_on_black(image):
    data = encoded(image, "PNG")
    decoded = decode_image(tf.constant(data)).numpy()
    assert (decoded[:10] == 70).all()
    assert (decoded[10:] == 0).all()
    with Image.open(io.BytesIO(data)) as opened:
        np.testing.assert_allclose(upright_on_black(opened), decoded.astype(int), atol=1)


def many_colours(count: int) -> Image.Image:
    """A palette of `count` greys, each used."""
    image = Image.fromarray(np.arange(20 * 30, dtype=np.uint16).reshape(20, 30).astype("uint8"))
    return image.point(lambda value: value % count * (255 // count)).quantize(count)


@pytest.mark.parametrize("transparency", [None, 0], ids=["opaque", "one colour hidden"])
@pytest.mark.parametrize(
    ("image", "depth"),
    [
        (many_colours(2), 1),
        (many_colours(4), 2),
        (many_colours(16), 4),
        (many_colours(200), 8),
        (corners().convert("1"), 1),
    ],
    ids=["palette of 1 bit", "of 2 bits", "of 4 bits", "of 8 bits", "grey of 1 bit"],
)
def test_few_bits_a_pixel_keep_their_colours(image, depth, transparency):
    hidden = {} if transparency is None else {"transparency": transparency}
    expected = np.array(image.convert("RGB"))
    if hidden:
        expected[np.asarray(image) == transparency] = 0
    data = encoded(image, "PNG", **hidden)
    assert data[24] == depth
    for decode in (decode_image, GRAPH):
        np.testing.assert_array_equal(decode(tf.constant(data)), expected)
    with Image.open(io.BytesIO(data)) as opened:
        np.testing.assert_array_equal(upright_on_black(opened), expected)


@pytest.mark.parametrize("depth", [2, 4])
def test_grey_of_few_bits_keeps_its_values(depth):
    levels = np.tile(np.arange(1 << depth, dtype=np.uint8), (20, 16 // depth))
    data = grey_png(levels, depth)
    np.testing.assert_array_equal(
        decode_image(tf.constant(data))[..., 0], levels * (255 // ((1 << depth) - 1))
    )


def grey_png(levels: np.ndarray, depth: int) -> bytes:
    """A grey PNG of `depth` bits, which Pillow does not write."""
    bits = np.unpackbits(levels[..., np.newaxis], axis=-1)[..., -depth:]
    packed = np.packbits(bits.reshape(len(levels), -1), axis=1)
    rows = np.pad(packed, [(0, 0), (1, 0)]).tobytes()  # each row's filter: none
    header = struct.pack(">IIBBBBB", *levels.shape[::-1], depth, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


CASES = pathlib.Path(__file__).parents[4] / "shared" / "field_cases" / "22_exif_alpha_predict"


@pytest.mark.skipif(not CASES.is_dir(), reason="the field cases are not at hand")
@pytest.mark.parametrize("person", ["p0", "p1"])
def test_one_person_is_the_same_upright_turned_and_cut_out(person):
    upright, turned, cut_out, jpeg = (
        decode_image((CASES / f"{person}_{kind}").read_bytes()).numpy().astype(int)
        for kind in ("upright.png", "exif6.jpg", "cutout_alpha_hidden_white.png", "upright.jpg")
    )
    np.testing.assert_allclose(cut_out, upright, atol=12)  # what is hidden was nearly black
    assert turned.shape == jpeg.shape == upright.shape
    assert abs(turned - upright).mean() < 2 * max(abs(jpeg - upright).mean(), 1)


def test_grey_and_deep_images_become_rgb():
    grey = Image.new("L", (20, 20), 70)
    for data in (
        encoded(grey, "JPEG", quality=100),
        encoded(grey, "PNG"),
        encoded(Image.new("I;16", (20, 20), 70 * 257), "PNG"),
    ):
        decoded = decode_image(tf.constant(data)).numpy()
        assert decoded.shape == (20, 20, 3)
        assert decoded.dtype == np.uint8
        assert (decoded == 70).all()
        with Image.open(io.BytesIO(data)) as opened:
            np.testing.assert_array_equal(upright_on_black(opened), decoded)


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
    for decode in (decode_image, GRAPH):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            decode(tf.constant(data))


def test_in_a_graph_no_pixel_is_decoded_before_the_size_has_been_judged():
    operations = GRAPH.get_concrete_function().graph.get_operations()
    known_format, size = (op for op in operations if op.type == "Assert")
    guarded = [op for op in operations if {known_format, size} & set(op.control_inputs)]
    reading_header, *decoding = (op for op in guarded if op.type.endswith("If"))
    assert known_format in reading_header.control_inputs
    assert decoding
    assert all(size in op.control_inputs for op in decoding)
