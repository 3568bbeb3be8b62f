"""Snapshots of two people each, and the finder that finds them."""

import numpy as np
import pytest
from PIL import Image

from tests.yolact_tf.fake_network import Figure, fake_segmenter
from yolact_tf.inference.people_finder import CropStyle, PeopleFinder

PEOPLE = (Figure((0, 0, 4, 8), 0.9), Figure((4, 0, 8, 8), 0.6))


@pytest.fixture(scope="session")
def finder():
    return PeopleFinder(fake_segmenter(*PEOPLE), CropStyle(margin=0.0))


@pytest.fixture
def snapshots(tmp_path):
    """A folder of five grey images of different sizes, the third black and so empty."""
    folder = tmp_path / "snapshots"
    folder.mkdir()
    for number in range(5):
        shape = (40 + 8 * number, 64, 3)
        grey = np.full(shape, 0 if number == 2 else 50 + number, np.uint8)
        Image.fromarray(grey).save(folder / f"{number}.png")
    return folder
