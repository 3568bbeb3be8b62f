"""Poolings: from a branch's last feature map to the classifier's input vector.

A new one is a function in a file of its own, entered in `POOLINGS`: float32 [N, h, w, c] of
any N, h, w ≥ 1 and a known c, to float32 [N, D] with a D that is known from c.
"""

import functools
from collections.abc import Callable

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.pooling.bands import bands
from graftnet_tf.pooling.bilinear import bilinear
from graftnet_tf.pooling.gap import gap
from graftnet_tf.pooling.isqrt_cov import isqrt_cov

Pooling = Callable[[tf.Tensor], tf.Tensor]

POOLINGS: dict[str, Pooling] = {
    "gap": gap,
    "bands": bands,
    "bilinear": bilinear,
    "isqrt_cov": isqrt_cov,
}


def pooling(name: str) -> Pooling:
    """The pooling called `name`.

    Raises:
      GraftNetError: there is none, listing those there are.
    """
    if name not in POOLINGS:
        raise GraftNetError(f"Unknown pooling {name!r}; there are {', '.join(POOLINGS)}.")
    return POOLINGS[name]


@functools.cache
def pooled_length(name: str, channels: int) -> int:
    """Numbers that the pooling called `name` makes of a map of so many channels."""
    features = tf.TensorSpec([None, None, None, channels], tf.float32)
    return tf.function(pooling(name)).get_concrete_function(features).structured_outputs.shape[-1]
