"""How wrong masks are."""

import tensorflow as tf

from yolact_tf.data.ground_truth import PADDING, GroundTruth
from yolact_tf.losses.box_cells import cells_inside
from yolact_tf.losses.chosen_positives import choose
from yolact_tf.losses.prior_matching import Matches
from yolact_tf.losses.reduced_masks import reduced_masks

_WEIGHT = 6.125
_MISSED_CELL = 100.0  # the official binary cross entropy of 0 where 1 was wanted


def mask_loss(
    proto: tf.Tensor,
    coefficients: tf.Tensor,
    matches: Matches,
    truth: GroundTruth,
    masks_to_train: int,
    seed: tf.Tensor,
    neighbour_weight: float = 0.0,
) -> tf.Tensor:
    """Binary cross entropy of each positive's mask per cell of its object's box, summed.

    A mask is the sigmoid of its combination of prototypes, cropped to the box widened by one
    cell. An image of more than `masks_to_train` positives is judged by as many, chosen at
    random by its place in the batch of all replicas, and its loss scaled up accordingly.
    Positives of objects whose mask is not annotated are left out.

    Args:
      proto: float32 [N, h, w, K].
      coefficients: float32 [N, P, K].
      seed: int32 [2].
      neighbour_weight: What a cell outside the object and inside another, or a crowd, costs
        more: 1 doubles it. Only masks that are annotated tell of such cells.
    """
    annotated = tf.gather(truth.mask_annotated, matches.objects, batch_dims=1)
    chosen = choose((matches.classes > 0) & annotated, masks_to_train, seed)

    objects = tf.gather(matches.objects, chosen.priors, batch_dims=1)
    object_boxes = tf.gather(truth.boxes, objects, batch_dims=1)
    height, width = tf.shape(proto)[1], tf.shape(proto)[2]
    masks = reduced_masks(truth.masks, height, width)
    target = tf.gather(masks, objects, batch_dims=1)
    logits = chosen.logits(proto, coefficients)
    losses = tf.where(
        cells_inside(object_boxes, height, width),
        tf.nn.sigmoid_cross_entropy_with_logits(target, logits),
        _MISSED_CELL * target,
    )
    if neighbour_weight:
        known = (truth.classes != PADDING) & truth.mask_annotated
        anyone = tf.reduce_max(tf.where(known[..., None, None], masks, 0.0), axis=1)
        losses *= 1 + neighbour_weight * anyone[:, None] * (1 - target)
    sides = object_boxes[..., 2:] - object_boxes[..., :2]
    cells = tf.reduce_prod(sides, axis=-1) * tf.cast(height * width, tf.float32)
    of_mask = tf.math.divide_no_nan(tf.reduce_sum(losses, axis=[2, 3]), cells)
    return _WEIGHT * chosen.total(of_mask)
