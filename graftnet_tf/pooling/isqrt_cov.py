"""Covariance pooling by an iterative matrix square root (iSQRT-COV).

Li et al. 2018, "Towards Faster Training of Global Covariance Pooling Networks by Iterative
Matrix Square Root Normalization", section 3.
"""

import numpy as np
import tensorflow as tf

ITERATIONS = 5
_SMALL = 1e-8  # added to the trace: maps that are the same everywhere have none


def isqrt_cov(features: tf.Tensor) -> tf.Tensor:
    """Upper triangle of the square root of the channels' covariance over the map.

    The covariance is divided by its trace, which lets the coupled Newton-Schulz iteration
    converge, and the root is scaled back. Five iterations, as published: directions of
    small variance come out too small.

    Args:
      features: float32 [N, h, w, c].

    Returns:
      float32 [N, c·(c+1)/2], row by row; zeros for a map that is the same everywhere.
    """
    channels = features.shape[-1]
    positions = tf.reshape(features, [tf.shape(features)[0], -1, channels])
    count = tf.cast(tf.shape(positions)[1], features.dtype)
    centred = positions - tf.reduce_mean(positions, axis=1, keepdims=True)
    covariance = tf.matmul(centred, centred, transpose_a=True) / count  # [N, c, c]
    trace = tf.linalg.trace(covariance)[:, None, None] + _SMALL
    root = tf.sqrt(trace) * _square_root(covariance / trace)
    triangle = np.flatnonzero(np.triu(np.ones((channels, channels))))
    return tf.gather(tf.reshape(root, [-1, channels**2]), triangle, axis=1)


def _square_root(matrices: tf.Tensor) -> tf.Tensor:
    """Newton-Schulz for positive semi-definite [N, c, c] with eigenvalues of 1 at most."""
    identity = tf.eye(matrices.shape[-1], dtype=matrices.dtype)
    root, inverse = matrices, identity
    for _ in range(ITERATIONS):
        step = 1.5 * identity - 0.5 * tf.matmul(inverse, root)
        root, inverse = tf.matmul(root, step), tf.matmul(step, inverse)
    return root
