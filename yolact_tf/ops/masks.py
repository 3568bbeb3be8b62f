"""Masks from prototypes and coefficients, and their place in the image."""

from typing import NamedTuple

import tensorflow as tf

from yolact_tf.ops.boxes import sanitize
from yolact_tf.ops.fast_nms import Detections

_MARGIN = 1  # cells by which a box is widened before its mask is cropped


class ImageDetections(NamedTuple):
    """Detections in N images of H x W pixels, by falling score, zero beyond `count`.

    Attributes:
      boxes: int32 [N, D, 4], as `pixel_boxes` gives them.
      scores: float32 [N, D].
      classes: int32 [N, D], from 0 without background.
      masks: bool [N, D, H, W].
      count: int32 [N].
    """

    boxes: tf.Tensor
    scores: tf.Tensor
    classes: tf.Tensor
    masks: tf.Tensor
    count: tf.Tensor


def in_images(
    detections: Detections, proto: tf.Tensor, height: tf.Tensor, width: tf.Tensor
) -> ImageDetections:
    """Detections in pixels, with masks of the whole image.

    Needs 5 bytes a pixel of every place among the N x D: `fast_nms.confident` first leaves
    few, and `window_mask` makes one mask at a time, no larger than its object.

    Args:
      detections: Detections of `fast_nms.detect`.
      proto: float32 [N, h, w, K], the network's prototypes.
      height, width: Height and width of the images, pixels.
    """
    masks = assemble(proto, detections.coefficients, detections.boxes)
    return ImageDetections(
        boxes=pixel_boxes(detections.boxes, height, width),
        scores=detections.scores,
        classes=detections.classes,
        masks=image_masks(masks, height, width) & _real(detections)[..., None, None],
        count=detections.count,
    )


def _real(detections: Detections) -> tf.Tensor:
    """False for the places beyond `count`, bool [N, D]."""
    return tf.sequence_mask(detections.count, tf.shape(detections.scores)[1])


def assemble(proto: tf.Tensor, coefficients: tf.Tensor, boxes: tf.Tensor) -> tf.Tensor:
    """Combines prototypes to masks and crops each to its box.

    Args:
      proto: float32 [N, h, w, K].
      coefficients: float32 [N, D, K].
      boxes: float32 [N, D, 4], corners as fractions.

    Returns:
      float32 [N, D, h, w], 0 to 1; 0 outside the box.
    """
    batch, height, width, channels = tf.unstack(tf.shape(proto))
    cells = tf.reshape(proto, [batch, height * width, channels])
    combined = tf.matmul(coefficients, cells, transpose_b=True)
    shape = [batch, tf.shape(coefficients)[1], height, width]
    return crop(tf.sigmoid(tf.reshape(combined, shape)), boxes)


def mask_scores(masks: tf.Tensor) -> tf.Tensor:
    """How sure masks are: their mean over the cells above 0.5, float32 [...]; 0 of none.

    The maskness of SOLO (Wang, Kong, Shen, Jiang and Li, ECCV 2020), by which a class score is
    multiplied to rank detections. It costs no weights.

    Args:
      masks: float32 [..., h, w], 0 to 1.
    """
    inside = tf.where(masks > 0.5, masks, 0.0)
    cells = tf.math.count_nonzero(inside, axis=[-2, -1], dtype=tf.float32)
    return tf.math.divide_no_nan(tf.reduce_sum(inside, axis=[-2, -1]), cells)


def crop(masks: tf.Tensor, boxes: tf.Tensor) -> tf.Tensor:
    """Zeroes masks [..., h, w] outside their boxes [..., 4], widened by one cell."""
    shape = tf.shape(masks)
    inside_x = _inside(boxes[..., 0], boxes[..., 2], shape[-1])
    inside_y = _inside(boxes[..., 1], boxes[..., 3], shape[-2])
    return masks * inside_y[..., :, None] * inside_x[..., None, :]


def _inside(a: tf.Tensor, b: tf.Tensor, cells: tf.Tensor) -> tf.Tensor:
    """1 for the cells between two coordinates, else 0, float32 [..., cells]."""
    low, high = sanitize(a, b, cells, padding=_MARGIN)
    cell = tf.range(tf.cast(cells, tf.float32))
    return tf.cast((cell >= low[..., None]) & (cell < high[..., None]), tf.float32)


def image_masks(masks: tf.Tensor, height: tf.Tensor, width: tf.Tensor) -> tf.Tensor:
    """Enlarges masks to the image, bilinearly with half-pixel centres.

    Args:
      masks: float32 [..., h, w], 0 to 1.
      height, width: Height and width of the image, pixels.

    Returns:
      bool [..., height, width], True where the enlarged mask is above 0.5.
    """
    return window_mask(masks, [0, 0, width, height], height, width)


def window_mask(
    masks: tf.Tensor, window: tf.Tensor, height: tf.Tensor, width: tf.Tensor
) -> tf.Tensor:
    """The part of `image_masks` in a window, made without the rest.

    Args:
      masks: float32 [..., h, w], 0 to 1.
      window: int32 [4], x1, y1, x2, y2 in pixels; see `mask_windows`.
      height, width: Height and width of the whole image, pixels.

    Returns:
      bool [..., y2 - y1, x2 - x1].
    """
    x1, y1, x2, y2 = tf.unstack(window)
    rows = _interpolation(tf.shape(masks)[-2], height, y1, y2)
    columns = _interpolation(tf.shape(masks)[-1], width, x1, x2)
    return tf.matmul(tf.matmul(rows, masks), columns, transpose_b=True) > 0.5


def _interpolation(
    cells: tf.Tensor, pixels: tf.Tensor, low: tf.Tensor, high: tf.Tensor
) -> tf.Tensor:
    """Weight of every cell in the pixels `low` … `high` - 1 of `pixels`, float32 [_, cells]."""
    size = tf.cast(cells, tf.float32)
    centres = tf.cast(tf.range(low, high), tf.float32) + 0.5
    position = tf.clip_by_value(centres * (size / tf.cast(pixels, tf.float32)) - 0.5, 0, size - 1)
    return tf.nn.relu(1 - tf.abs(position[:, None] - tf.range(size)))


def mask_windows(
    boxes: tf.Tensor, cells: tuple[int, int], height: tf.Tensor, width: tf.Tensor
) -> tf.Tensor:
    """The pixels that a mask cropped to its box can reach: a little more than the box.

    Args:
      boxes: float32 [..., 4], corners as fractions.
      cells: Height and width of the assembled masks.
      height, width: Height and width of the image, pixels.

    Returns:
      int32 [..., 4], x1, y1, x2, y2 within the image; x1 = x2 or y1 = y2 outside it.
    """

    def reach(a: tf.Tensor, b: tf.Tensor, grid: int, pixels: tf.Tensor) -> list[tf.Tensor]:
        low, high = sanitize(a, b, grid, padding=_MARGIN + 1)
        scale = tf.cast(pixels, tf.float32) / grid
        bounds = [tf.floor(low * scale), tf.math.ceil(tf.maximum(high, low) * scale)]
        return [tf.clip_by_value(tf.cast(bound, tf.int32), 0, pixels) for bound in bounds]

    x1, x2 = reach(boxes[..., 0], boxes[..., 2], cells[1], width)
    y1, y2 = reach(boxes[..., 1], boxes[..., 3], cells[0], height)
    return tf.stack([x1, y1, x2, y2], axis=-1)


def pixel_boxes(boxes: tf.Tensor, height: tf.Tensor, width: tf.Tensor) -> tf.Tensor:
    """Boxes in whole pixels: scaled, ordered, clamped to the image, truncated.

    Args:
      boxes: float32 [..., 4], corners as fractions.
      height, width: Height and width of the image, pixels.

    Returns:
      int32 [..., 4]; of a box outside the image, x1 may exceed x2 or y1 y2.
    """
    x1, x2 = sanitize(boxes[..., 0], boxes[..., 2], width)
    y1, y2 = sanitize(boxes[..., 1], boxes[..., 3], height)
    return tf.cast(tf.stack([x1, y1, x2, y2], axis=-1), tf.int32)
