"""Poolings: from a branch's last feature map to the classifier's input vector."""

import itertools
from collections.abc import Callable

import tensorflow as tf

from graftnet_tf.errors import GraftNetError

BANDS = 4


def gap(features: tf.Tensor) -> tf.Tensor:
    """Global average pooling: float32 [N, h, w, c] to [N, c]."""
    return tf.reduce_mean(features, axis=(1, 2))


def bands(features: tf.Tensor) -> tf.Tensor:
    """Average pooling of horizontal bands, top to bottom, side by side.

    People stand upright, so a hat is looked for in the first band and boots in the last:
    the part pooling of Sun et al. 2018 ("Beyond Part Models", PCB).

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


POOLINGS: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {"gap": gap, "bands": bands}


def pooling(name: str) -> Callable[[tf.Tensor], tf.Tensor]:
    """The pooling called `name`.

    Raises:
      GraftNetError: there is none, listing those there are.
    """
    if name not in POOLINGS:
        raise GraftNetError(f"Unknown pooling {name!r}; there are {', '.join(POOLINGS)}.")
    return POOLINGS[name]
