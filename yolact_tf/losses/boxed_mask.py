"""How far masks are from what boxes, colours and keypoints tell of them.

BoxInst (Tian, Shen, Wang and Chen, CVPR 2021) learns masks of objects of which only the box is
known, by two terms: the mask's projections are the box's (section 3.1), and neighbouring pixels of
one colour are on one side of its edge (section 3.2). Keypoints that are seen are a third here.
"""

import tensorflow as tf

from yolact_tf.data.ground_truth import GroundTruth
from yolact_tf.losses.box_cells import cells_inside
from yolact_tf.losses.chosen_positives import choose
from yolact_tf.losses.prior_matching import Matches
from yolact_tf.ops.lab_colour import lab

SIMILAR = 0.3
"""Colour similarity (tau of eq. 8) from which two cells are taken for the same side."""

_SPREAD = 2.0  # theta of the similarity
_DILATION = 2
_PAIRS = (
    (0, 1),
    (1, 0),
    (1, 1),
    (1, -1),
)  # each of a cell's eight neighbours stands for a pair once
_MASKS = 32  # of an image, at most


def boxed_mask_loss(
    proto: tf.Tensor,
    coefficients: tf.Tensor,
    matches: Matches,
    truth: GroundTruth,
    images: tf.Tensor,
    seed: tf.Tensor,
) -> tf.Tensor:
    """The three terms of the positives of which only the box is known, summed.

    A mask is the sigmoid of its combination of prototypes. An image of more than 32 such positives
    is judged by as many, as in `mask_loss`.

    Args:
      proto: float32 [N, h, w, K].
      coefficients: float32 [N, P, K].
      images: float32 [N, S, S, 3], RGB of 0 … 255.
      seed: int32 [2].
    """
    annotated = tf.gather(truth.mask_annotated, matches.objects, batch_dims=1)
    chosen = choose((matches.classes > 0) & ~annotated, _MASKS, seed)
    objects = tf.gather(matches.objects, chosen.priors, batch_dims=1)
    object_boxes = tf.gather(truth.boxes, objects, batch_dims=1)
    height, width = tf.shape(proto)[1], tf.shape(proto)[2]
    logits = chosen.logits(proto, coefficients)
    cropped = tf.where(cells_inside(object_boxes, height, width), tf.sigmoid(logits), 0.0)
    in_box = cells_inside(object_boxes, height, width, padding=0)
    colours = lab(tf.image.resize(images, [height, width], method="area"))
    losses = (
        projection_loss(cropped, tf.cast(in_box, tf.float32))
        + pairwise_loss(logits, in_box, colours)
        + keypoint_loss(logits, truth.keypoints, objects)
    )
    return chosen.total(losses)


def projection_loss(masks: tf.Tensor, boxes: tf.Tensor) -> tf.Tensor:
    """Dice losses of the largest values of rows and of columns (eq. 2 to 4), float32 [...].

    Args:
      masks: float32 [..., h, w], 0 to 1.
      boxes: float32 [..., h, w], 1 inside the box, else 0.
    """
    return tf.add_n(
        [
            _dice(tf.reduce_max(masks, axis=axis), tf.reduce_max(boxes, axis=axis))
            for axis in (-2, -1)
        ]
    )


def _dice(given: tf.Tensor, wanted: tf.Tensor) -> tf.Tensor:
    """1 - 2 sum(g w) / (sum(g²) + sum(w²)), along the last axis; 0 of nothing."""
    both = tf.reduce_sum(given * wanted, axis=-1)
    squares = tf.reduce_sum(given**2, axis=-1) + tf.reduce_sum(wanted**2, axis=-1)
    return 1 - tf.where(squares > 0, tf.math.divide_no_nan(2 * both, squares), 1.0)


def pairwise_loss(logits: tf.Tensor, in_box: tf.Tensor, colours: tf.Tensor) -> tf.Tensor:
    """-ln P(same side) of neighbours of one colour, mean over them (eq. 5 and 8), float32 [N, p].

    Neighbours are two cells apart along a row, column or diagonal, one at least in the box; their
    colours are similar if exp(-|difference| / 2) is at least `SIMILAR`. The mean is over the pairs
    that count, as in the official code; 0 where there is none.

    Args:
      logits: float32 [N, p, h, w].
      in_box: bool [N, p, h, w].
      colours: float32 [N, h, w, 3], L*a*b*.
    """
    inside, outside = tf.math.log_sigmoid(logits), tf.math.log_sigmoid(-logits)
    total, count = tf.zeros(tf.shape(logits)[:2]), tf.zeros(tf.shape(logits)[:2])
    for down, right in _PAIRS:
        difference = tf.subtract(*_neighbours(colours, 1, down, right))
        similar = tf.exp(-tf.norm(difference, axis=-1) / _SPREAD) >= SIMILAR
        one, other = _neighbours(in_box, 2, down, right)
        counts = tf.cast((one | other) & similar[:, None], tf.float32)
        both_in = tf.add(*_neighbours(inside, 2, down, right))
        both_out = tf.add(*_neighbours(outside, 2, down, right))
        apart = -tf.reduce_logsumexp(tf.stack([both_in, both_out]), axis=0)
        total += tf.reduce_sum(apart * counts, axis=[2, 3])
        count += tf.reduce_sum(counts, axis=[2, 3])
    return tf.math.divide_no_nan(total, count)


def _neighbours(
    cells: tf.Tensor, rows_at: int, down: int, right: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """Cells and those `_DILATION` times `down` and `right` of them, where both are on the grid.

    Args:
      cells: [..., h, w, ...], its rows along the axis `rows_at`.
    """

    def part(low: bool) -> tf.Tensor:
        bounds = [slice(None)] * rows_at
        for step in (down, right):
            ahead = step > 0 if low else step < 0
            behind = step < 0 if low else step > 0
            bounds.append(slice(_DILATION * behind, -_DILATION if ahead else None))
        return cells[tuple(bounds)]

    return part(True), part(False)


def keypoint_loss(logits: tf.Tensor, keypoints: tf.Tensor, objects: tf.Tensor) -> tf.Tensor:
    """-ln mask at the object's keypoints, mean over them, 0 of none, float32 [N, p].

    Args:
      logits: float32 [N, p, h, w].
      keypoints: float32 [N, G, K, 2], x, y as fractions; negative where there is none.
      objects: int32 [N, p], which of the G each mask is of.
    """
    height, width = tf.shape(logits)[2], tf.shape(logits)[3]
    points = tf.gather(keypoints, objects, batch_dims=1)
    is_known = tf.cast(points[..., 0] >= 0, tf.float32)
    sides = tf.stack([width, height])
    x, y = tf.unstack(
        tf.clip_by_value(tf.cast(points * tf.cast(sides, tf.float32), tf.int32), 0, sides - 1),
        axis=-1,
    )
    flat = tf.reshape(logits, [tf.shape(logits)[0], tf.shape(logits)[1], height * width])
    missed = tf.nn.softplus(-tf.gather(flat, y * width + x, axis=2, batch_dims=2))
    return tf.math.divide_no_nan(
        tf.reduce_sum(missed * is_known, axis=2), tf.reduce_sum(is_known, axis=2)
    )
