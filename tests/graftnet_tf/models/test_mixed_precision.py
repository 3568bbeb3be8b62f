"""Blocks in bfloat16: the same variables, convolved with rounded numbers."""

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.mixed_precision import convolved_in_bfloat16

IMAGES = np.random.default_rng(0).uniform(-1, 1, (2, 75, 75, 3)).astype(np.float32)


@pytest.fixture
def convolution():
    inputs = tf.keras.Input((1, 1, 1))
    outputs = tf.keras.layers.Conv2D(1, 1, use_bias=False)(inputs)
    return tf.keras.Model(inputs, outputs)


@pytest.fixture(scope="module")
def stem():
    return Blocks(0, 0)


def test_inputs_kernel_and_output_are_rounded(convolution):
    convolution.set_weights([np.full((1, 1, 1, 1), 1 + 2**-7 + 2**-9, np.float32)])
    halved = convolved_in_bfloat16(convolution)
    outputs = halved(tf.fill((1, 1, 1, 1), 1 + 2**-7 + 2**-10))
    assert outputs.dtype == tf.float32
    # Eight significant bits: both factors become 1 + 2⁻⁷, their product 1 + 2⁻⁶ of + 2⁻¹⁴.
    assert outputs.numpy().item() == 1 + 2**-6


def test_gradients_are_float32_of_the_one_kernel(convolution):
    convolution.set_weights([np.full((1, 1, 1, 1), 3, np.float32)])
    halved = convolved_in_bfloat16(convolution)
    assert [v.ref() for v in halved.weights] == [v.ref() for v in convolution.weights]
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(halved(tf.fill((1, 1, 1, 1), 1 + 2**-9)))
    (gradient,) = tape.gradient(loss, convolution.trainable_variables)
    assert gradient.dtype == tf.float32
    assert gradient.numpy().item() == 1


def test_blocks_share_variables_and_differ_by_rounding(stem):
    halved = stem.computed_in("bfloat16")
    exact, rounded = stem(IMAGES).numpy(), halved(IMAGES).numpy()
    difference = np.abs(exact - rounded).mean() / np.abs(exact).mean()
    assert 1e-4 < difference < 0.05
    stem[0].layers[1].kernel.assign(tf.zeros_like(stem[0].layers[1].kernel))
    np.testing.assert_allclose(halved(IMAGES), stem(IMAGES), atol=1e-2)
    assert not np.array_equal(stem(IMAGES), exact)


def test_training_moves_the_shared_statistics_of_open_blocks_alone():
    blocks = Blocks(0, 1)
    blocks.freeze_below(1)
    before = [blocks.get_weights(number) for number in blocks.numbers()]
    blocks.computed_in("bfloat16")(IMAGES, training=True)
    after = [blocks.get_weights(number) for number in blocks.numbers()]
    kept = [all(map(np.array_equal, *pair)) for pair in zip(before, after, strict=True)]
    assert kept == [True, False]


def test_what_a_checkpoint_holds_of_the_blocks_does_not_change(stem, tmp_path):
    def names():
        path = tf.train.Checkpoint(blocks=stem).write(str(tmp_path / "checkpoint"))
        return [name for name, _ in tf.train.list_variables(path)]

    before = names()
    assert len(before) == len(stem.variables) + 1
    stem.computed_in("bfloat16")
    assert names() == before


def test_float32_is_the_blocks_themselves(stem):
    assert stem.computed_in("float32") is stem


@pytest.mark.parametrize("precision", ["auto", "float16"])
def test_another_precision_is_refused(stem, precision):
    with pytest.raises(ValueError, match=f"'{precision}'"):
        stem.computed_in(precision)
