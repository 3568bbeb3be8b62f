"""Average pooling of horizontal bands (Sun et al. 2018, "Beyond Part Models", PCB)."""

import itertools

import tensorflow as tf

BANDS = 4


def bands(features: tf.Tensor) -> tf.Tensor:
    """Means of horizontal bands, top to bottom, side by side.

    People stand upright, so a hat is looked for in the first band and boots in the last.

    Args:
      features: float32 [N, h, w, c].

    Returns:
      float32 [N, BANDS·c].
    """
    rows = tf.reduce_mean(features, axis=2)  # [N, h, c]
    height = tf.shape(rows)[1]
    edges = [height * band // BANDS for band in range(BANDS + 1)]
    pooled = [
        tf.reduce_mean(rows[:, start : tf.maximum(end, start + 1)], axis=1)
        for start, end in itertools.pairwise(edges)
    ]
    return tf.concat(pooled, axis=1)
