"""Bilinear pooling of a map with itself (Lin et al. 2015, "Bilinear CNN Models", section 3)."""

import tensorflow as tf

_SMALL = 1e-8  # product below which the square root is straightened: its slope stays finite


def bilinear(features: tf.Tensor) -> tf.Tensor:
    """Products of all pairs of channels, averaged over the map.

    Their signed square roots, scaled to a vector of length 1: which channels are active at
    the same place, whatever the place.

    Args:
      features: float32 [N, h, w, c].

    Returns:
      float32 [N, c²], each row of Euclidean length 1; zeros for a map of zeros.
    """
    channels = features.shape[-1]
    positions = tf.reshape(features, [tf.shape(features)[0], -1, channels])
    count = tf.cast(tf.shape(positions)[1], features.dtype)
    products = tf.matmul(positions, positions, transpose_a=True) / count  # [N, c, c]
    roots = products * tf.math.rsqrt(tf.abs(products) + _SMALL)
    return tf.math.l2_normalize(tf.reshape(roots, [-1, channels**2]), axis=1)
