"""Boxes: corners and offsets, overlaps, bounds.

Boxes are x1, y1, x2, y2, and priors centre x, centre y, width, height, as fractions of
the image's sides. All functions work on any leading dimensions and in graphs.
"""

import tensorflow as tf

_CENTRE_VARIANCE = 0.1
_SIZE_VARIANCE = 0.2


def corners(priors: tf.Tensor) -> tf.Tensor:
    """Centre form to corners, float32 [..., 4]."""
    centre, size = priors[..., :2], priors[..., 2:]
    return tf.concat([centre - size / 2, centre + size / 2], axis=-1)


def decode(loc: tf.Tensor, priors: tf.Tensor) -> tf.Tensor:
    """Boxes from the network's offsets (SSD, Liu et al. 2016).

    Args:
      loc: float32 [..., P, 4], offsets of centre and log size.
      priors: float32 [..., P, 4], broadcast against `loc`.

    Returns:
      float32 [..., P, 4], corners.
    """
    centre = priors[..., :2] + loc[..., :2] * _CENTRE_VARIANCE * priors[..., 2:]
    size = priors[..., 2:] * tf.exp(loc[..., 2:] * _SIZE_VARIANCE)
    low = centre - size / 2
    return tf.concat([low, low + size], axis=-1)


def encode(boxes: tf.Tensor, priors: tf.Tensor) -> tf.Tensor:
    """The offsets that `decode` turns into `boxes`; of boxes without area, infinite.

    Args:
      boxes: float32 [..., P, 4], corners.
      priors: float32 [..., P, 4].

    Returns:
      float32 [..., P, 4].
    """
    centre = (boxes[..., :2] + boxes[..., 2:]) / 2 - priors[..., :2]
    size = (boxes[..., 2:] - boxes[..., :2]) / priors[..., 2:]
    return tf.concat(
        [
            centre / (_CENTRE_VARIANCE * priors[..., 2:]),
            tf.math.log(size) / _SIZE_VARIANCE,
        ],
        axis=-1,
    )


def iou(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """Intersection over union of every pair.

    Args:
      a: float32 [..., A, 4], corners.
      b: float32 [..., B, 4], corners.

    Returns:
      float32 [..., A, B], 0 to 1; 0 for a pair without area.
    """
    intersection = _intersection(a, b)
    union = _area(a)[..., :, None] + _area(b)[..., None, :] - intersection
    return tf.math.divide_no_nan(intersection, union)


def intersection_over_area(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """The share of each box of `a` that each box of `b` covers: COCO's overlap with crowds.

    Args:
      a: float32 [..., A, 4], corners.
      b: float32 [..., B, 4], corners.

    Returns:
      float32 [..., A, B], 0 to 1.
    """
    return tf.math.divide_no_nan(_intersection(a, b), _area(a)[..., :, None])


def _intersection(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    ax1, ay1, ax2, ay2 = (side[..., :, None] for side in tf.unstack(a, axis=-1))
    bx1, by1, bx2, by2 = (side[..., None, :] for side in tf.unstack(b, axis=-1))
    width = tf.nn.relu(tf.minimum(ax2, bx2) - tf.maximum(ax1, bx1))
    height = tf.nn.relu(tf.minimum(ay2, by2) - tf.maximum(ay1, by1))
    return width * height


def _area(boxes: tf.Tensor) -> tf.Tensor:
    return tf.reduce_prod(boxes[..., 2:] - boxes[..., :2], axis=-1)


def sanitize(
    a: tf.Tensor, b: tf.Tensor, size: tf.Tensor, padding: int = 0
) -> tuple[tf.Tensor, tf.Tensor]:
    """Two coordinates of a box as bounds on a grid, in order and within it.

    Args:
      a, b: float32 [...], fractions, in either order, also outside 0 … 1.
      size: Cells or pixels along the axis.
      padding: Cells by which the bounds are widened.

    Returns:
      Lower bound, at least 0, and upper bound, at most `size`: float32 [...] each.
    """
    extent = tf.cast(size, tf.float32)
    low = tf.maximum(tf.minimum(a, b) * extent - padding, 0)
    high = tf.minimum(tf.maximum(a, b) * extent + padding, extent)
    return low, high
