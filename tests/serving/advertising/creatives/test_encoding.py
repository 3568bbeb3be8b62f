"""What goes in and what comes out, whatever its kind."""

import hashlib
import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.creatives import CreativeLimits, encode_creative
from tests.serving.advertising.creatives.samples import image, video

ROOT = pathlib.Path(__file__).parents[4]
LOADED = """
import json, sys
import serving.advertising.creatives
print(json.dumps([name for name in ("tensorflow", "keras") if name in sys.modules]))
"""


def test_an_image_lasts_as_long_as_it_is_told():
    encoded = encode_creative(image("JPEG"), seconds=12)
    assert (encoded.kind, encoded.media_type) == ("image", "image/webp")
    assert (encoded.width, encoded.height, encoded.seconds) == (48, 32, 12.0)
    assert encoded.sha256 == hashlib.sha256(encoded.content).hexdigest()


def test_a_video_lasts_as_long_as_it_does():
    encoded = encode_creative(video(frames=40, rate=25), seconds=None)
    assert (encoded.kind, encoded.media_type) == ("video", "video/mp4")
    assert (encoded.width, encoded.height, encoded.seconds) == (64, 48, 1.6)
    assert encoded.sha256 == hashlib.sha256(encoded.content).hexdigest()


@pytest.mark.parametrize("seconds", [0, 0.99, 120.01, -5, float("nan"), float("inf")])
def test_seconds_of_an_image_are_in_their_range(seconds):
    with pytest.raises(GraftNetError, match=r"The image lasts .* s; expected 1 to 120 s\. Make"):
        encode_creative(image("PNG"), seconds=seconds)


def test_an_image_needs_seconds_and_a_video_must_not_have_any():
    with pytest.raises(GraftNetError, match=r"no time to be shown; expected seconds, from 1 to"):
        encode_creative(image("PNG"), seconds=None)
    with pytest.raises(GraftNetError, match=r"for 10 s; expected no time, for it has its own\."):
        encode_creative(video(), seconds=10)


def test_a_file_has_a_greatest_size():
    content = image("PNG")
    limits = CreativeLimits(bytes=len(content) - 1)
    with pytest.raises(GraftNetError, match=rf"has {len(content)} bytes; expected at most"):
        encode_creative(content, seconds=10, limits=limits)
    encode_creative(content, seconds=10, limits=CreativeLimits(bytes=len(content)))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WebP", "MP4", "Matroska"])
def test_a_file_that_is_only_a_signature_is_damaged(file_format):
    start = {
        "JPEG": image("JPEG")[:16],
        "PNG": image("PNG")[:16],
        "WebP": image("WEBP")[:16],
        "MP4": video()[:32],
        "Matroska": video("webm", "libvpx")[:48],
    }[file_format]
    seconds = 5 if file_format in ("JPEG", "PNG", "WebP") else None
    with pytest.raises(GraftNetError, match=rf"{file_format} file is (damaged|cut off)") as told:
        encode_creative(start, seconds=seconds)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WebP", "MP4", "Matroska"])
def test_half_a_file_is_refused(file_format):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    content = {
        "JPEG": lambda: image("JPEG", noise),
        "PNG": lambda: image("PNG", noise),
        "WebP": lambda: image("WEBP", noise),
        "MP4": lambda: video(movflags="+faststart"),
        "Matroska": lambda: video("matroska"),
    }[file_format]()
    seconds = 5 if file_format in ("JPEG", "PNG", "WebP") else None
    encode_creative(content, seconds=seconds)
    with pytest.raises(GraftNetError, match=rf"{file_format} file is (damaged or )?cut off"):
        encode_creative(content[: len(content) // 2], seconds=seconds)


def test_it_loads_no_tensorflow():
    printed = subprocess.run(
        [sys.executable, "-c", LOADED],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        check=True,
    )
    assert json.loads(printed.stdout) == []


def test_limits_are_checked():
    with pytest.raises(GraftNetError, match=r"Limit frames is 0; expected at least 1\."):
        CreativeLimits(frames=0)
    with pytest.raises(GraftNetError, match=r"Limit video_side is 1079; H\.264 has even sides"):
        CreativeLimits(video_side=1079)
