"""Two ops of tensorflow-addons made of TensorFlow's own, with the same results bit for bit."""

import tensorflow as tf


def transform(
    images: tf.Tensor, transforms: tf.Tensor, interpolation: str = "nearest"
) -> tf.Tensor:
    """Moves each image's pixels by a projective transform; what comes from outside is 0.

    Args:
      images: [N, h, w, c] of uint8, int32, int64, float16, float32 or float64.
      transforms: float32 [N, 8] or [1, 8], rows of a0, a1, a2, b0, b1, b2, c0, c1: pixel (x, y) of
        the output is the input's at ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with
        k = c0 x + c1 y + 1.
      interpolation: "nearest" or "bilinear".

    Returns:
      [N, h, w, c] of the images' dtype.
    """
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=transforms,
        output_shape=tf.shape(images)[1:3],
        fill_value=0.0,
        interpolation=interpolation.upper(),
        fill_mode="CONSTANT",
    )


def cutout(images: tf.Tensor, mask_size: tf.Tensor, offset: tf.Tensor) -> tf.Tensor:
    """Blackens a rectangle of each image (DeVries and Taylor 2017, "Cutout").

    Args:
      images: [N, h, w, c].
      mask_size: int32 [2], the rectangle's height and width, both even.
      offset: int32 [N, 2], row and column of each image's rectangle's centre; what of the rectangle
        is outside the image is left out.

    Returns:
      [N, h, w, c] of the images' dtype, 0 within the rectangles.
    """
    height, width = tf.unstack(tf.shape(images)[1:3])
    rows = _within(tf.range(height), offset[:, 0], mask_size[0] // 2)
    columns = _within(tf.range(width), offset[:, 1], mask_size[1] // 2)
    erased = rows[:, :, tf.newaxis, tf.newaxis] & columns[:, tf.newaxis, :, tf.newaxis]
    return tf.where(erased, tf.zeros([], images.dtype), images)


def _within(places: tf.Tensor, centres: tf.Tensor, half: tf.Tensor) -> tf.Tensor:
    """bool [N, length]: which places are within half a side of each image's centre."""
    centres = centres[:, tf.newaxis]
    return (places >= centres - half) & (places < centres + half)
