"""The objects' masks on the coarse grids of the network."""

import tensorflow as tf


def reduced_masks(masks: tf.Tensor, height: tf.Tensor, width: tf.Tensor) -> tf.Tensor:
    """Masks at another size: bilinear, half-pixel centres, no antialiasing, then over one half.

    Small objects may vanish, as in the official code.

    Args:
      masks: uint8 [N, G, S, S], 0 or 1.

    Returns:
      float32 [N, G, height, width], 0 or 1.
    """
    shape = tf.shape(masks)
    flat = tf.reshape(masks, [shape[0] * shape[1], shape[2], shape[3], 1])
    small = tf.image.resize(flat, [height, width]) > 0.5
    return tf.cast(tf.reshape(small, [shape[0], shape[1], height, width]), tf.float32)
