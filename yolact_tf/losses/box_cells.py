"""The cells of a grid that boxes cover."""

import tensorflow as tf

from yolact_tf.ops import boxes

CROP_PADDING = 1
"""Cells by which a box is widened before its mask is cropped, as in detection."""


def cells_inside(
    object_boxes: tf.Tensor, height: tf.Tensor, width: tf.Tensor, padding: int = CROP_PADDING
) -> tf.Tensor:
    """The cells of boxes [..., 4] and of margins of `padding` cells, bool [..., height, width]."""

    def along(low: tf.Tensor, high: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        low, high = boxes.sanitize(low, high, size, padding)
        cells = tf.range(tf.cast(size, tf.float32))
        return (cells >= low[..., None]) & (cells < high[..., None])

    x1, y1, x2, y2 = tf.unstack(object_boxes, axis=-1)
    return along(y1, y2, height)[..., :, None] & along(x1, x2, width)[..., None, :]
