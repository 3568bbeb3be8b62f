import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.pooling import bilinear


def test_products_of_channels_are_averaged_rooted_with_their_sign_and_scaled():
    features = tf.constant([[[[1.0, -2.0], [3.0, 0.0]]]])
    # mean products: 1·1 and 3·3 → 5; 1·-2 and 3·0 → -1; -2·-2 and 0·0 → 2
    roots = np.array([5**0.5, -1, -1, 2**0.5])
    expected = roots / 3  # squares of the roots: 5 + 1 + 1 + 2 = 9
    np.testing.assert_allclose(bilinear(features)[0], expected, rtol=1e-6)


@pytest.mark.parametrize("scale", [0.1, 1e3])
def test_vectors_have_length_one_whatever_the_contrast(scale):
    features = np.random.default_rng(0).normal(size=(3, 4, 5, 6)).astype(np.float32)
    pooled = bilinear(scale * features).numpy()
    np.testing.assert_allclose(np.linalg.norm(pooled, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(pooled, bilinear(features), atol=1e-4)


def test_pairs_of_channels_are_told_by_where_they_meet():
    together = np.zeros((1, 1, 4, 2), np.float32)
    together[0, 0, 0] = 1
    apart = np.zeros_like(together)
    apart[0, 0, 0, 0] = apart[0, 0, 3, 1] = 1
    np.testing.assert_allclose(bilinear(together), [[0.5, 0.5, 0.5, 0.5]], rtol=1e-6)
    np.testing.assert_allclose(bilinear(apart), [[0.5**0.5, 0, 0, 0.5**0.5]], rtol=1e-6)
