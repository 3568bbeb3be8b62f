import numpy as np
import pytest
import tensorflow as tf
from scipy.linalg import sqrtm

from graftnet_tf.pooling import isqrt_cov


def newton_schulz(value, iterations):
    """The square root of a scalar in 0…1 as the iteration finds it."""
    root, inverse = value, 1.0
    for _ in range(iterations):
        step = (3 - inverse * root) / 2
        root, inverse = root * step, inverse * step
    return root


def test_channels_of_equal_variance_and_no_covariance():
    # means 5 and 0, variances 4 and 4, covariance 0; the trace is 8, the root 2 on the diagonal
    corners = tf.constant([[[[3.0, -2.0], [3.0, 2.0]], [[7.0, -2.0], [7.0, 2.0]]]])
    expected = 8**0.5 * newton_schulz(0.5, 5)
    assert expected == pytest.approx(2, rel=1e-3)
    np.testing.assert_allclose(isqrt_cov(corners), [[expected, 0, expected]], atol=1e-5)


def test_one_channel_alone_has_its_standard_deviation():
    features = tf.constant([1.0, 2.0, 3.0, 6.0], shape=[1, 2, 2, 1])
    np.testing.assert_allclose(isqrt_cov(features), [[3.5**0.5]], rtol=1e-5)


def test_the_root_is_scipy_s_where_no_direction_is_faint():
    random = np.random.default_rng(0)
    axes, _ = np.linalg.qr(random.normal(size=(5, 5)))
    features = random.normal(size=(3, 20, 20, 5)) * [1.0, 1.2, 0.9, 1.1, 0.8] @ axes + 7
    pooled = isqrt_cov(tf.constant(features, tf.float32))
    for found, positions in zip(pooled, features.reshape(3, -1, 5), strict=True):
        root = sqrtm(np.cov(positions.T, bias=True))
        np.testing.assert_allclose(found, root[np.triu_indices(5)], atol=5e-3)


def test_faint_directions_come_out_too_small_and_never_too_large():
    random = np.random.default_rng(1)
    features = random.normal(size=(1, 10, 10, 4)) * [1, 0.1, 0.01, 0.001]
    covariance = np.cov(features.reshape(-1, 4).T, bias=True)
    root = np.zeros((4, 4))
    root[np.triu_indices(4)] = isqrt_cov(tf.constant(features, tf.float32))[0]
    root += np.triu(root, 1).T
    difference = np.linalg.eigvalsh(sqrtm(covariance) - root)
    assert difference.min() > -1e-4
    assert 1e-3 < difference.max() < 0.1


def test_brightness_is_not_seen_and_contrast_is_a_factor():
    features = tf.random.stateless_normal([2, 4, 4, 3], [0, 1])
    np.testing.assert_allclose(isqrt_cov(2 * features + 5), 2 * isqrt_cov(features), atol=1e-4)
