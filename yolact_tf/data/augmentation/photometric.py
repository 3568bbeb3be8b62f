"""Changes of light and colour, as published for SSD (Liu et al. 2016) and YOLACT."""

import tensorflow as tf


def distort(image: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Changes brightness, contrast, saturation and hue, each with probability 1/2.

    Brightness is a shift of up to ±32, contrast and saturation are factors of 0.5…1.5, hue
    turns by up to ±18°. Contrast comes before saturation and hue or after them, by chance.

    Args:
      image: [h, w, 3], RGB in 0…255.
      seed: int [2].

    Returns:
      float32 [h, w, 3], clipped to 0…255.
    """
    drawn = tf.random.stateless_uniform([9], seed, -1.0, 1.0)
    applied, amounts, early = drawn[:4] > 0, drawn[4:8], drawn[8] > 0
    brightness, contrast, saturation, hue = tf.unstack(tf.where(applied, amounts, 0.0))
    contrast = 1 + contrast / 2
    image = tf.cast(image, tf.float32) + 32 * brightness
    image = tf.clip_by_value(image * tf.where(early, contrast, 1.0), 0.0, 255.0)
    image = tf.image.adjust_saturation(image, 1 + saturation / 2)
    image = tf.image.adjust_hue(image, hue * 18 / 360)
    return tf.clip_by_value(image * tf.where(early, 1.0, contrast), 0.0, 255.0)
