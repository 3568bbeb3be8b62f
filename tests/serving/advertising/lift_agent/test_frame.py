"""What is made of a frame."""

import io

import av
import numpy as np
import pytest
from PIL import Image

from serving.advertising.lift_agent.frame import Frame
from tests.serving.advertising.lift_agent.drawn_lift import cabin, plain


def frame(pixels):
    return Frame(av.VideoFrame.from_ndarray(pixels, format="rgb24"), 0.0)


def opened(jpeg):
    return Image.open(io.BytesIO(jpeg))


def test_grey_is_the_whole_picture():
    pixels = np.zeros((96, 128, 3), np.uint8)
    pixels[:, 64:] = 255
    grey = frame(pixels).grey(8, 4)
    assert (grey.shape, grey.dtype) == ((4, 8), np.uint8)
    np.testing.assert_allclose(grey[:, :4], 0, atol=1)
    np.testing.assert_allclose(grey[:, 4:], 255, atol=1)


def test_grey_averages_noise_away():
    board = (np.indices((480, 640)).sum(0) % 2 * 255).astype(np.uint8)
    grey = frame(np.dstack([board] * 3)).grey(64, 48)
    np.testing.assert_allclose(grey, 127.5, atol=2)


@pytest.mark.parametrize(
    ("size", "longest", "expected"),
    [
        ((640, 360), 320, (320, 180)),
        ((360, 640), 320, (180, 320)),
        ((640, 360), 640, (640, 360)),
        ((64, 36), 320, (64, 36)),
        ((1000, 2), 16, (16, 1)),
    ],
)
def test_the_longest_side_is_bounded(size, longest, expected):
    assert opened(plain(90, 0, size).jpeg(longest, 85)).size == expected


def test_a_jpeg_shows_what_was_there_and_nothing_else():
    image = cabin(person=True)
    snapshot = opened(Frame(av.VideoFrame.from_image(image), 0).jpeg(320, 95))
    assert snapshot.format == "JPEG"
    assert not snapshot.getexif()
    difference = np.asarray(snapshot, int) - np.asarray(image)
    assert np.abs(difference).mean() < 2


def test_quality_is_bytes():
    noisy = frame(np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8))
    assert len(noisy.jpeg(64, 20)) < len(noisy.jpeg(64, 90))
