"""Costs of blocks, against counts made by hand and published ones."""

import numpy as np
import pytest

from graftnet_tf.models.backbones import INCEPTION_V3
from graftnet_tf.models.flops import BlockCosts


@pytest.fixture(scope="module")
def costs():
    return BlockCosts.of(299, 299)


def test_the_whole_network_takes_what_is_published(costs):
    """5.71 billion at 299 pixels, as torchvision states of its InceptionV3."""
    assert costs.forward(0, 10) == pytest.approx(5.71e9, rel=0.01)


def test_the_seventh_block_by_hand(costs):
    """17×17 positions; 1×1 convolutions of 768 to 192 channels, and 1×7 and 7×1 of 192."""
    pointwise, long = 768 * 192, 7 * 192 * 192
    assert costs.forward(7, 7) == 17 * 17 * (4 * pointwise + 6 * long)


def test_outputs_are_as_large_as_blocks_say(costs):
    sides = [35] * 3 + [17] * 5 + [8] * 3
    expected = [
        side * side * channels for side, channels in zip(sides, INCEPTION_V3.channels, strict=True)
    ]
    np.testing.assert_array_equal(costs.values, expected)


def test_no_blocks_take_nothing(costs):
    assert costs.forward(6, 5) == 0
    assert costs.forward(2, 4) == sum(costs.forward(block, block) for block in (2, 3, 4))
