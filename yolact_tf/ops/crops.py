"""Cutting people out of their image."""

import tensorflow as tf

from yolact_tf.ops.masks import window_mask


def windows(boxes: tf.Tensor, margin: float, height: tf.Tensor, width: tf.Tensor) -> tf.Tensor:
    """Boxes widened on every side, clipped to the image.

    Args:
      boxes: int32 [..., 4], x1, y1, x2, y2 in pixels.
      margin: Share of a box's width that is added left and right, and of its height above
        and below, rounded up to whole pixels.
      height, width: Height and width of the image, pixels.

    Returns:
      int32 [..., 4].
    """
    low, high = boxes[..., :2], boxes[..., 2:]
    wider = tf.cast(tf.math.ceil(margin * tf.cast(high - low, tf.float32)), tf.int32)
    size = tf.stack([width, height])
    return tf.concat([tf.maximum(low - wider, 0), tf.minimum(high + wider, size)], axis=-1)


def cut_out(
    image: tf.Tensor, mask: tf.Tensor, window: tf.Tensor, fill: tuple[int, int, int]
) -> tuple[tf.Tensor, tf.Tensor]:
    """Cuts a window from an image and fills what is not the person.

    Args:
      image: uint8 [H, W, 3].
      mask: float32 [h, w], of `Segments.masks`.
      window: int32 [4], x1, y1, x2, y2 in pixels, not empty.
      fill: Colour of removed pixels.

    Returns:
      (uint8 [y2 - y1, x2 - x1, 3], bool [y2 - y1, x2 - x1]): the crop and the person in it.
    """
    shape = tf.shape(image)
    inside = window_mask(mask, window, shape[0], shape[1])
    x1, y1, x2, y2 = tf.unstack(window)
    return tf.where(inside[..., None], image[y1:y2, x1:x2], tf.constant(fill, tf.uint8)), inside


def letterbox(crop: tf.Tensor, height: int, width: int) -> tf.Tensor:
    """Fits a crop into a fixed size: aspect kept, in the middle, black beside it.

    Args:
      crop: uint8 [h, w, 3], neither side 0.
      height, width: Height and width of the result, pixels.

    Returns:
      uint8 [height, width, 3]: antialiased bilinear.
    """
    target = tf.constant([height, width])
    size = tf.shape(crop)[:2]
    scale = tf.reduce_min(target / size)
    fitted = tf.cast(tf.round(tf.cast(size, scale.dtype) * scale), tf.int32)
    fitted = tf.clip_by_value(fitted, 1, target)
    resized = tf.image.resize(crop, fitted, antialias=True)
    before = (target - fitted) // 2
    boxed = tf.image.pad_to_bounding_box(
        tf.cast(tf.round(tf.clip_by_value(resized, 0, 255)), tf.uint8),
        *tf.unstack(before),
        height,
        width,
    )
    return tf.ensure_shape(boxed, [height, width, 3])
