"""Whatever is wrong with a file: one clear line."""

import functools

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from graftnet_tf.errors import GraftNetError
from serving.advertising.creatives import CreativeLimits, encode_creative
from tests.serving.advertising.creatives.samples import image, video

SMALL = CreativeLimits(
    bytes=1 << 20, image_pixels=1 << 20, video_pixels=1 << 16, frames=100, seconds=5
)
STILL = ("JPEG", "progressive JPEG", "PNG", "palette", "WebP")
MOVING = ("MP4", "fragments", "Matroska", "WebM", "ProRes")


@functools.cache
def sample(name):
    noise = np.random.default_rng(0).integers(0, 256, (24, 36, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    make = {
        "JPEG": lambda: image("JPEG", noise, exif=exif, icc_profile=profile),
        "progressive JPEG": lambda: image("JPEG", noise, progressive=True),
        "PNG": lambda: image("PNG", noise, exif=exif, icc_profile=profile),
        "palette": lambda: image("PNG", noise[..., 0]),
        "WebP": lambda: image("WEBP", noise, exif=exif, icc_profile=profile),
        "MP4": lambda: video(frames=28, sound=True),
        "fragments": lambda: video(frames=28, movflags="frag_keyframe+empty_moov"),
        "Matroska": lambda: video("matroska", frames=28, sound=True),
        "WebM": lambda: video("webm", "libvpx", frames=28),
        "ProRes": lambda: video("mov", "prores_ks", frames=28, pixel_format="yuv422p10le"),
    }
    return make[name]()


def answer(content, seconds):
    """A creative, or the one line that says why there is none."""
    try:
        return encode_creative(content, seconds=seconds, limits=SMALL)
    except GraftNetError as error:
        line = str(error)
    assert "\n" not in line
    assert line.endswith(".")
    return line


names = st.sampled_from(STILL + MOVING)
places = st.floats(0, 1, exclude_max=True)
changes = st.lists(
    st.tuples(places, st.binary(min_size=1, max_size=6), st.booleans()), min_size=1, max_size=8
)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(names, places)
@example("MP4", 0.0)
@example("WebP", 0.999)
def test_a_truncated_file_gets_one_line_or_is_whole_enough(name, place):
    content = sample(name)
    result = answer(content[: int(place * len(content))], 2 if name in STILL else None)
    assert isinstance(result, str) or result.content


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(names, changes)
def test_a_mutated_file_gets_one_line_or_is_whole_enough(name, changes):
    content = bytearray(sample(name))
    for place, other, inserted in changes:
        at = int(place * len(content))
        content[at : at if inserted else at + len(other)] = other
    result = answer(bytes(content), 2 if name in STILL else None)
    assert isinstance(result, str) or result.content


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(names, st.binary(max_size=200), st.booleans())
def test_a_signature_before_noise_gets_one_line(name, noise, is_timed):
    result = answer(sample(name)[:12] + noise, 2 if is_timed else None)
    assert isinstance(result, str)


def test_the_samples_themselves_are_taken():
    for name in STILL + MOVING:
        assert not isinstance(answer(sample(name), 2 if name in STILL else None), str)
