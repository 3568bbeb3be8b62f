"""How far boxes are off."""

import tensorflow as tf

from yolact_tf.losses.prior_matching import Matches

_WEIGHT = 1.5


def box_loss(loc: tf.Tensor, matches: Matches) -> tf.Tensor:
    """Smooth L1 of the offsets, summed over the positives.

    Args:
      loc: float32 [N, P, 4].
    """
    is_positive = matches.classes > 0
    error = tf.abs(tf.where(is_positive[..., None], loc - matches.loc, 0.0))
    bounded = tf.minimum(error, 1.0)
    return _WEIGHT * tf.reduce_sum(bounded * (error - bounded / 2))
