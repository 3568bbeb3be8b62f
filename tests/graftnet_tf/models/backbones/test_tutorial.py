"""The tutorial's backbone is one."""

import pathlib
import re

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.models.backbones import BACKBONES, backbone_named
from graftnet_tf.models.batch_norm_folding import FoldedBlocks
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.trunk.precise_bn import recompute_bn_statistics

TUTORIAL = pathlib.Path(__file__).parents[4] / "docs" / "adding_a_backbone.md"


@pytest.fixture
def backbone():
    before = dict(BACKBONES)
    code = re.findall(r"```python\n(.*?)```", TUTORIAL.read_text(), re.DOTALL)
    exec("\n".join(code), {})
    (name,) = set(BACKBONES) - set(before)
    yield backbone_named(name)
    del BACKBONES[name]


def test_what_the_tutorial_adds_is_cut_frozen_and_folded(backbone):
    images = tf.random.stateless_uniform([4, 48, 32, 3], [0, 1], *backbone.value_range)
    blocks = Blocks(backbone=backbone)
    recompute_bn_statistics(blocks, [images])
    taps = blocks.taps(images)
    assert [tap.shape[-1] for tap in taps.values()] == list(backbone.channels)
    whole = backbone.make(None)
    for number, part in enumerate(backbone.split(whole)):
        part.set_weights(blocks.get_weights(number))
    np.testing.assert_array_equal(whole(images), taps[f"block{blocks.last}"])
    for name, folded in FoldedBlocks(blocks).taps(images).items():
        error = np.abs(folded - taps[name]).max() / np.abs(taps[name]).max()
        assert error < 1e-4, name
