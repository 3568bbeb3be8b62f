"""Blocks with their batch norms folded give what the blocks give."""

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.models.batch_norm_folding import FoldedBlocks
from graftnet_tf.models.blocks import Blocks

FIRST, LAST = 0, 3


@pytest.fixture(scope="module")
def blocks():
    """Blocks whose batch norms are far from their start."""
    tf.keras.utils.set_random_seed(0)
    blocks = Blocks(FIRST, LAST)
    random = np.random.default_rng(0)
    for norm in blocks.batch_norms():
        shape = norm.beta.shape
        norm.beta.assign(random.normal(0, 0.3, shape))
        norm.moving_mean.assign(random.normal(0, 0.3, shape))
        norm.moving_variance.assign(random.uniform(0.2, 2, shape))
    return blocks


@pytest.fixture(scope="module")
def inputs():
    return tf.constant(np.random.default_rng(1).random((2, 80, 75, 3)), tf.float32)


@pytest.mark.parametrize(
    ("precision", "tolerance"), [("float32", 1e-5), ("bfloat16", 0.05), ("float16", 2e-3)]
)
def test_every_tap_is_that_of_the_blocks(blocks, inputs, precision, tolerance):
    expected = blocks.taps(inputs)
    found = FoldedBlocks(blocks, precision).taps(inputs)
    assert list(found) == list(expected)
    for name, values in expected.items():
        assert found[name].dtype == tf.float32
        error = np.abs(found[name] - values).max() / np.abs(values).max()
        assert error < tolerance, name


def test_the_last_block_is_what_a_call_gives(blocks, inputs):
    folded = FoldedBlocks(blocks)
    np.testing.assert_array_equal(folded(inputs), folded.taps(inputs)[f"block{LAST}"])


def test_no_batch_norm_is_left(blocks, inputs):
    graph = tf.function(FoldedBlocks(blocks)).get_concrete_function(inputs).graph
    operations = [operation.type for operation in graph.get_operations()]
    convolutions = operations.count("Conv2D")
    assert convolutions == len(list(blocks.batch_norms()))
    assert operations.count("BiasAdd") == convolutions
    assert not any("BatchNorm" in name for name in operations)


def test_averages_are_taken_of_projected_channels(blocks, inputs):
    graph = tf.function(FoldedBlocks(blocks)).get_concrete_function(inputs).graph
    averaged = [op.inputs[0] for op in graph.get_operations() if op.type == "AvgPool"]
    assert [values.shape[-1] for values in averaged] == [32, 64, 64]
    assert {values.op.type for values in averaged} == {"BiasAdd"}


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_reduced_precision_takes_half_the_memory(blocks, precision):
    full, reduced = (
        sum(v.dtype.size * v.shape.num_elements() for v in FoldedBlocks(blocks, kind).variables)
        for kind in ("float32", precision)
    )
    assert reduced * 2 == full


def test_weights_stored_in_float16_are_computed_with_in_float32(blocks, inputs):
    folded = FoldedBlocks(blocks, "float16")
    rounded = FoldedBlocks(blocks)
    for variable, stored in zip(rounded.variables, folded.variables, strict=True):
        assert stored.dtype == tf.float16
        variable.assign(tf.cast(tf.cast(variable, tf.float16), tf.float32))
    np.testing.assert_array_equal(folded(inputs), rounded(inputs))
