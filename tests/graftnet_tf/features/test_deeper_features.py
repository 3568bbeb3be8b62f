"""Features computed onward from an earlier graft point."""

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.features.deeper_features import DeeperFeatures
from graftnet_tf.features.graft_features import LiveFeatures
from graftnet_tf.models.blocks import Blocks
from tests.array_reader import ArrayReader

IMAGES = np.random.default_rng(2).integers(0, 256, (5, 80, 75, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def sources():
    """(features at block 0 taken on by blocks 1 and 2, features at block 2)."""
    tf.keras.utils.set_random_seed(1)
    blocks = Blocks(0, 2)
    first, rest = Blocks(0, 0), Blocks(1, 2)
    for part in (first, rest):
        for number in part.numbers():
            part.set_weights(number, blocks.get_weights(number))
    scaled = Preprocessing(80, 75)
    early, late = (
        LiveFeatures(lambda _, some=some: some, scaled, Augmentation(), ArrayReader(IMAGES), seed=4)
        for some in (first, blocks)
    )
    return DeeperFeatures(early, rest), late


def test_they_are_those_at_the_later_point(sources):
    onward, late = sources
    rows = np.array([3, 0])
    np.testing.assert_allclose(onward.plain(rows), late.plain(rows), atol=1e-5)
    augmented = onward.augmented(rows, 7)
    np.testing.assert_allclose(augmented, late.augmented(rows, 7), atol=1e-5)
    assert np.abs(augmented - onward.augmented(rows, 8)).max() > 1e-3


def test_the_earlier_source_is_told_what_will_be_drawn(sources):
    told = []

    class Source:
        def prepare(self, draws):
            told.extend(draws)

    draws = [(np.array([1]), 3)]
    DeeperFeatures(Source(), Blocks(1, 1)).prepare(draws)
    assert told == draws
