import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.trunk import precise_bn

RANDOM = np.random.default_rng(0)
BATCHES = [RANDOM.uniform(-1, 1, (2, 75, 75, 3)).astype(np.float32) * s for s in (1, 2, 5)]


def test_statistics_become_means_over_the_batches(two_blocks):
    norm = next(two_blocks.batch_norms())
    convolution = tf.keras.Model(two_blocks[0].input, norm.input)
    outputs = [convolution(batch).numpy().reshape(-1, 32) for batch in BATCHES]
    mean = np.mean([output.mean(axis=0) for output in outputs], axis=0)
    variance = np.mean([output.var(axis=0, ddof=1) for output in outputs], axis=0)
    momentum = norm.momentum

    precise_bn.recompute_bn_statistics(two_blocks, iter(BATCHES))
    np.testing.assert_allclose(norm.moving_mean, mean, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(norm.moving_variance, variance, rtol=1e-4)
    assert norm.momentum == momentum > 0.9


def test_what_was_there_before_is_forgotten_and_other_weights_stay(two_blocks):
    precise_bn.recompute_bn_statistics(two_blocks, BATCHES)
    first = [two_blocks.get_weights(number) for number in (0, 1)]
    moving = {v.ref() for norm in two_blocks.batch_norms() for v in norm.non_trainable_variables}
    kept = [v.numpy() for v in two_blocks.open_variables]
    for number in (0, 1):
        for variable in two_blocks[number].weights:
            if variable.ref() in moving:
                variable.assign(variable + 1.0)
    precise_bn.recompute_bn_statistics(two_blocks, BATCHES)
    for number in (0, 1):
        for found, expected in zip(two_blocks.get_weights(number), first[number], strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)
    for variable, before in zip(two_blocks.open_variables, kept, strict=True):
        np.testing.assert_array_equal(variable, before)


def test_frozen_blocks_are_left(two_blocks):
    two_blocks.freeze_below(1)
    before = [two_blocks.get_weights(number) for number in (0, 1)]
    precise_bn.recompute_bn_statistics(two_blocks, BATCHES[:1])
    for found, expected in zip(two_blocks.get_weights(0), before[0], strict=True):
        np.testing.assert_array_equal(found, expected)
    changed = [
        not np.array_equal(*pair) for pair in zip(two_blocks.get_weights(1), before[1], strict=True)
    ]
    assert sum(changed) == 2 * len(list(two_blocks.batch_norms()))


def test_no_batches_are_refused(two_blocks):
    before = two_blocks.get_weights(0)
    with pytest.raises(ValueError, match="No batches"):
        precise_bn.recompute_bn_statistics(two_blocks, [])
    for found, expected in zip(two_blocks.get_weights(0), before, strict=True):
        np.testing.assert_array_equal(found, expected)
