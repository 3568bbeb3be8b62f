"""What holds of every pooling that branches may name."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from graftnet_tf.errors import GraftNetError
from graftnet_tf.pooling import POOLINGS, bands, pooled_length, pooling

MAPS = np.random.default_rng(2).normal(size=(3, 6, 5, 4)).astype(np.float32)

every_pooling = pytest.mark.parametrize("name", POOLINGS)


def test_poolings_are_found_by_name():
    assert pooling("bands") is bands
    with pytest.raises(GraftNetError, match=f"'max'.*{', '.join(POOLINGS)}"):
        pooling("max")


@every_pooling
def test_the_length_is_known_beforehand_and_maps_of_any_size_are_taken(name):
    graph = tf.function(pooling(name), input_signature=[tf.TensorSpec([None, None, None, 4])])
    for features in (MAPS, MAPS[:1, :1, :3]):
        pooled = graph(features)
        assert pooled.shape == (len(features), pooled_length(name, 4))
        np.testing.assert_allclose(pooled, pooling(name)(features), atol=1e-5)


@every_pooling
def test_images_are_pooled_each_on_its_own(name):
    together = pooling(name)(MAPS)
    for number in range(len(MAPS)):
        alone = pooling(name)(MAPS[number : number + 1])
        np.testing.assert_allclose(together[number], alone[0], atol=1e-5)


@every_pooling
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_positions_are_interchangeable_for_bands_within_a_row(name, data):
    rows, columns = MAPS.shape[1:3]
    moved = MAPS[:, :, data.draw(st.permutations(range(columns)))]
    if name != "bands":
        moved = moved[:, data.draw(st.permutations(range(rows)))]
    np.testing.assert_allclose(pooling(name)(moved), pooling(name)(MAPS), atol=1e-5)


@every_pooling
@pytest.mark.parametrize(
    "features",
    [
        np.zeros((2, 3, 3, 4), np.float32),
        np.full((2, 3, 3, 4), 0.7, np.float32),
        MAPS[:, :1, :1],
        np.maximum(MAPS, 0) * [1, 1, 0, 1e-6],
        MAPS * 1e4,
    ],
    ids=["zero", "the same everywhere", "one position", "dead channels", "huge"],
)
def test_values_and_gradients_are_finite(name, features):
    features = tf.constant(features, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(features)
        pooled = pooling(name)(features)
        weighted = tf.reduce_sum(pooled * tf.range(1.0, 1 + pooled.shape[1]))
    assert np.isfinite(pooled).all()
    assert np.isfinite(tape.gradient(weighted, features)).all()


@every_pooling
def test_gradients_are_those_of_small_changes(name):
    def weighted(features):
        pooled = pooling(name)(features)
        return tf.reduce_sum(pooled * tf.range(1.0, 1 + pooled.shape[1]))

    analytic, numeric = tf.test.compute_gradient(weighted, [tf.constant(MAPS[:1, :2, :2])], 1e-2)
    np.testing.assert_allclose(analytic[0], numeric[0], rtol=0.05, atol=0.05)
