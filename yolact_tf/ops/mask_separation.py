"""Overlapping objects set apart: every pixel to one of them at most."""

import tensorflow as tf

_TIE = 1e-4  # what a share must have beyond a half, so that rounding gives no pixel to two


def separate(masks: tf.Tensor, scores: tf.Tensor) -> tf.Tensor:
    """Limits each mask to its share of what it and its strongest rival claim of a cell.

    The claim of an object is c = mask · score, its share c / (c + the largest other claim),
    and its new value the smaller of mask and share. Shares of two objects add up to at most
    1, also after linear interpolation, so at any size at most one object is above 0.5 in a
    pixel. Where nobody else claims a cell, the mask stays as it is.

    Args:
      masks: float32 [..., D, h, w], 0 to 1.
      scores: float32 [..., D], 0 to 1.

    Returns:
      float32 [..., D, h, w].
    """
    claims = masks * scores[..., None, None]
    first = tf.reduce_max(claims, axis=-3, keepdims=True)
    leads = tf.equal(claims, first)
    second = tf.reduce_max(tf.where(leads, 0.0, claims), axis=-3, keepdims=True)
    tied = tf.reduce_sum(tf.cast(leads, tf.int32), axis=-3, keepdims=True) > 1
    rivals = tf.where(leads & ~tied, second, first)
    shares = tf.math.divide_no_nan(claims, claims + rivals)
    return tf.minimum(masks, shares * (1 - _TIE))
