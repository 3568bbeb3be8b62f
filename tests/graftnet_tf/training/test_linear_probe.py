from unittest import mock

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.training import linear_probe


def separable(classes, count=20):
    """Points about the corners of a simplex far from the origin."""
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(classes), count)
    centres = 5 * np.eye(classes, 6)[labels] + 40
    return (centres + random.normal(0, 0.3, (len(labels), 6))).astype(np.float32), labels


def test_separable_classes_are_told_apart_by_the_layer_that_starts_from_them():
    for classes in (2, 3):
        features, labels = separable(classes)
        dense = tf.keras.layers.Dense(classes)
        dense.build((None, 6))
        linear_probe.start(dense, features, labels)
        np.testing.assert_array_equal(dense(features).numpy().argmax(1), labels)


def test_two_classes_get_opposite_logits():
    features, labels = separable(2)
    kernel, bias = linear_probe.fit(features, labels, 2)
    np.testing.assert_allclose(kernel[:, 0], -kernel[:, 1], rtol=1e-5)
    np.testing.assert_allclose(bias[0], -bias[1], rtol=1e-5)


def test_rare_classes_are_not_outvoted():
    random = np.random.default_rng(0)
    labels = np.array([0] * 200 + [1] * 10)
    features = random.normal(0, 1, (210, 3)) + 1.5 * labels[:, None]
    kernel, bias = linear_probe.fit(features, labels, 2)
    predicted = (features @ kernel + bias).argmax(1)
    assert (predicted[labels == 1] == 1).mean() > 0.5


def test_dead_features_get_small_finite_weights():
    features, labels = separable(2)
    features = np.concatenate([features, np.zeros((len(labels), 2), np.float32)], axis=1)
    features[0, -1] = 1e-6
    kernel, bias = linear_probe.fit(features, labels, 2)
    assert np.isfinite(kernel).all()
    assert np.isfinite(bias).all()
    assert np.abs(kernel[-2:]).max() < np.abs(kernel[:2]).max()


def thinned(labels, examples):
    """Labels left when memory holds so many examples of 10 numbers."""
    with mock.patch.object(linear_probe, "VALUES", 10 * examples + 9):
        chosen = linear_probe.subsample(labels, 10, np.random.default_rng(0))
    assert (np.diff(chosen) > 0).all()
    return np.bincount(labels[chosen], minlength=3).tolist()


@pytest.mark.parametrize(
    ("examples", "left"),
    [(100, [60, 30, 10]), (70, [30, 30, 10]), (50, [20, 20, 10]), (30, [10, 10, 10])],
)
def test_what_does_not_fit_memory_is_left_out_of_the_largest_classes(examples, left):
    labels = np.random.default_rng(1).permutation(np.repeat([0, 1, 2], [60, 30, 10]))
    assert thinned(labels, examples) == left


def test_every_example_is_fitted_where_memory_holds_a_few_thousand_dimensions():
    chosen = linear_probe.subsample(np.repeat([0, 1], 1000), 2**16, np.random.default_rng(0))
    np.testing.assert_array_equal(chosen, np.arange(2000))


def test_of_short_vectors_no_more_examples_are_fitted_than_take_a_few_seconds():
    labels = np.repeat([0, 1], [50_000, 100])
    chosen = linear_probe.subsample(labels, 4, np.random.default_rng(0))
    assert np.bincount(labels[chosen]).tolist() == [linear_probe.EXAMPLES - 100, 100]
    some = linear_probe.subsample(labels[-linear_probe.EXAMPLES :], 4, np.random.default_rng(0))
    np.testing.assert_array_equal(some, np.arange(linear_probe.EXAMPLES))
