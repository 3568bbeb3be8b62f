"""What learning curves say, of curves that are known and of vectors that are drawn."""

import numpy as np
import pytest

from graftnet_tf.active_learning.learning_curve import (
    EXPONENT,
    SHARES,
    LearningCurve,
    learning_curve,
)
from graftnet_tf.errors import GraftNetError


def drawn(count=400, apart=1.5, positives=0.3, seed=0):
    random = np.random.default_rng(seed)
    labels = random.uniform(size=count) < positives
    vectors = random.normal(size=(count, 16)).astype(np.float32)
    vectors[:, 0] += apart * labels
    return vectors, labels, np.arange(count)


def test_a_curve_of_the_assumed_shape_is_continued_exactly():
    sizes = np.array([[50.0, 100.0, 200.0, 400.0]] * 2)
    aucs = 0.9 - np.array([[0.4], [0.6]]) * sizes**-EXPONENT
    gain = LearningCurve(sizes, aucs).gain(now=500, more=300)
    step = 500**-EXPONENT - 800**-EXPONENT
    assert gain.value == pytest.approx(0.5 * step)
    assert gain.low == pytest.approx(0.405 * step)
    assert gain.high == pytest.approx(0.595 * step)


def test_a_level_curve_promises_nothing():
    curve = LearningCurve(np.array([[10.0, 20.0, 40.0]]), np.full((1, 3), 0.8))
    assert curve.gain(60, 1000).value == pytest.approx(0.0, abs=1e-12)


def test_sizes_are_shares_of_what_is_learnt_from():
    curve = learning_curve(*drawn())
    np.testing.assert_allclose(curve.sizes.mean(axis=0), 280 * np.array(SHARES), atol=1)
    assert (np.diff(curve.aucs.mean(axis=0)) > 0).all()
    assert curve.gain(400, 400).value > 0


def test_labels_that_mean_nothing_promise_nothing_certain():
    vectors, labels, groups = drawn(apart=0.0)
    gain = learning_curve(vectors, labels, groups).gain(400, 400)
    assert gain.low < 0 < gain.high


def test_images_of_a_group_are_on_one_side():
    """Copies of every image in its group: held out beside its copy each would be known."""
    vectors, labels, groups = drawn(count=120, apart=0.0)
    twice = learning_curve(np.tile(vectors, (4, 1)), np.tile(labels, 4), np.tile(groups, 4))
    assert 0.3 < twice.aucs[:, -1].mean() < 0.7


def test_the_same_seed_divides_alike():
    few = drawn(count=100)
    first, again, other = (learning_curve(*few, seed=seed).aucs for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize(("kept", "named"), [(True, "with it"), (False, "without it")])
def test_too_few_of_a_class_are_told(kept, named):
    vectors, _, groups = drawn(count=60)
    labels = np.full(60, not kept)
    labels[:11] = kept
    with pytest.raises(GraftNetError, match=f"11 groups of images {named}; .* needs 12 or more"):
        learning_curve(vectors, labels, groups)
