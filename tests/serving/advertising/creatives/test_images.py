import io
import struct
import zlib

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from graftnet_tf.errors import GraftNetError
from serving.advertising.creatives import CreativeLimits, encode_creative
from tests.serving.advertising.creatives.samples import corners, image, marked

SECRET = b"52.5200N 13.4050E"


def encoded(content, **limits):
    return encode_creative(content, seconds=10, limits=CreativeLimits(**limits))


def opened(content):
    return Image.open(io.BytesIO(content))


def exif(orientation):
    data = Image.Exif()
    data[ExifTags.Base.Orientation] = orientation
    data[ExifTags.Base.ImageDescription] = SECRET.decode()
    return data


def png_of_size(width, height):
    """A PNG that claims a size and has pixels for none of it."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = b"IDAT" + zlib.compress(b"")
    chunks = (
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (header, pixels, b"IEND")
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    ("file_format", "media_type", "becomes"),
    [
        ("JPEG", "image/webp", "WEBP"),
        ("WEBP", "image/webp", "WEBP"),
        ("PNG", "image/png", "PNG"),
    ],
)
def test_the_picture_stays_and_its_metadata_goes(file_format, media_type, becomes):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = image(file_format, exif=exif(1), icc_profile=profile)
    assert SECRET in content
    result = encoded(content)
    again = opened(result.content)
    assert (result.media_type, again.format) == (media_type, becomes)
    assert SECRET not in result.content
    assert {"exif", "icc_profile", "xmp"}.isdisjoint(again.info)
    assert corners(np.asarray(again)) == [["red", "black"], ["black", "black"]]


def test_a_png_keeps_every_pixel_and_loses_its_texts():
    noise = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", SECRET.decode())
    result = encoded(image("PNG", noise, pnginfo=texts))
    assert SECRET not in result.content
    np.testing.assert_array_equal(np.asarray(opened(result.content)), noise)


@pytest.mark.parametrize(
    ("orientation", "seen"),
    [
        (1, [["red", "black"], ["black", "black"]]),
        (3, [["black", "black"], ["black", "red"]]),
        (6, [["black", "red"], ["black", "black"]]),
        (8, [["black", "black"], ["red", "black"]]),
    ],
)
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_an_image_is_turned_upright(file_format, orientation, seen):
    result = encoded(image(file_format, exif=exif(orientation)))
    is_turned = orientation in (6, 8)
    assert (result.width, result.height) == ((32, 48) if is_turned else (48, 32))
    assert opened(result.content).size == (result.width, result.height)
    assert corners(np.asarray(opened(result.content))) == seen


def test_a_large_image_is_shrunk_to_the_longest_side_and_a_small_one_is_not_enlarged():
    wide = image("JPEG", marked(400, 100))
    result = encoded(wide, image_side=200)
    assert (result.width, result.height) == (200, 50)
    result = encoded(wide, image_side=3840)
    assert (result.width, result.height) == (400, 100)


def test_what_is_transparent_becomes_black():
    pixels = np.full((10, 10, 4), 255, np.uint8)
    pixels[:, :5, 3] = 0
    result = np.asarray(opened(encoded(image("PNG", pixels)).content))
    assert result.shape == (10, 10, 3)
    assert result[0, 0].tolist() == [0, 0, 0]
    assert result[0, 9].tolist() == [255, 255, 255]


def test_colours_of_another_profile_are_converted():
    """In a profile with red and green exchanged, what is stored as red is seen as green."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    content = image("PNG", np.full((4, 4, 3), (255, 0, 0), np.uint8), icc_profile=bytes(profile))
    red, green, _ = np.asarray(opened(encoded(content).content))[0, 0]
    assert green > 200 > 60 > red


def test_a_damaged_profile_is_passed_over():
    content = image("PNG", icc_profile=b"not a profile")
    assert corners(np.asarray(opened(encoded(content).content)))[0] == ["red", "black"]


def test_colours_of_print_become_those_of_a_screen():
    cmyk = io.BytesIO()
    Image.fromarray(marked(48, 32)).convert("CMYK").save(cmyk, "JPEG")
    assert corners(np.asarray(opened(encoded(cmyk.getvalue()).content)))[0] == ["red", "black"]


def test_the_same_image_gives_the_same_hash():
    content = image("JPEG", np.random.default_rng(0).integers(0, 256, (99, 77, 3), dtype=np.uint8))
    assert encoded(content).sha256 == encoded(content).sha256


@pytest.mark.parametrize("file_format", ["PNG", "WEBP"])
def test_an_animation_is_refused_with_what_would_do(file_format):
    still, other = Image.fromarray(marked(48, 32)), Image.new("RGB", (48, 32))
    content = io.BytesIO()
    still.save(content, file_format, save_all=True, append_images=[other], duration=100)
    with pytest.raises(GraftNetError, match=r"is animated; expected a still.*as an MP4 video\."):
        encoded(content.getvalue())


def test_a_photograph_with_a_second_picture_is_taken():
    content = io.BytesIO()
    still = Image.fromarray(marked(48, 32))
    still.save(content, "MPO", save_all=True, append_images=[Image.new("RGB", (24, 16))])
    assert content.getvalue().startswith(b"\xff\xd8\xff")
    result = encoded(content.getvalue())
    assert (result.width, result.height) == (48, 32)


def test_pixels_are_counted_before_any_is_decoded():
    with pytest.raises(GraftNetError, match=r"has 10000 × 5001 pixels; expected at most 50000000"):
        encoded(png_of_size(10_000, 5001))
    with pytest.raises(GraftNetError, match=r"hundreds of millions of pixels; expected at most"):
        encoded(png_of_size(60_000, 60_000))
    with pytest.raises(GraftNetError, match=r"damaged or cut off"):
        encoded(png_of_size(100, 100))


def test_a_jpeg_of_endless_scans_is_refused():
    content = image("JPEG", progressive=True)
    scan = content.rindex(b"\xff\xda")
    bomb = content[:-2] + content[scan:-2] * 100 + b"\xff\xd9"
    with pytest.raises(GraftNetError, match=r"has more than 100 scans; expected one, or some ten"):
        encoded(bomb)
    encoded(content)
