"""How wrong masks are."""

import tensorflow as tf

from yolact_tf.data.ground_truth import GroundTruth
from yolact_tf.losses.prior_matching import Matches
from yolact_tf.losses.reduced_masks import reduced_masks
from yolact_tf.ops import boxes

_WEIGHT = 6.125
_CROP_PADDING = 1
_MISSED_CELL = 100.0  # the official binary cross entropy of 0 where 1 was wanted


def mask_loss(
    proto: tf.Tensor,
    coefficients: tf.Tensor,
    matches: Matches,
    truth: GroundTruth,
    masks_to_train: int,
    seed: tf.Tensor,
) -> tf.Tensor:
    """Binary cross entropy of each positive's mask per cell of its object's box, summed.

    A mask is the sigmoid of its combination of prototypes, cropped to the box widened by one
    cell. An image of more than `masks_to_train` positives is judged by as many, chosen at
    random by its place in the batch of all replicas, and its loss scaled up accordingly.

    Args:
      proto: float32 [N, h, w, K].
      coefficients: float32 [N, P, K].
      seed: int32 [2].
    """
    is_positive = matches.classes > 0
    count = tf.math.count_nonzero(is_positive, axis=1, dtype=tf.int32)
    trained = tf.minimum(count, masks_to_train)
    lot = tf.where(is_positive, _lots(tf.shape(is_positive), seed), -1.0)
    chosen = tf.math.top_k(lot, tf.reduce_max(trained)).indices

    objects = tf.gather(matches.objects, chosen, batch_dims=1)
    object_boxes = tf.gather(truth.boxes, objects, batch_dims=1)
    height, width = tf.shape(proto)[1], tf.shape(proto)[2]
    target = tf.gather(reduced_masks(truth.masks, height, width), objects, batch_dims=1)
    combined = tf.einsum("nhwk,npk->nphw", proto, tf.gather(coefficients, chosen, batch_dims=1))
    losses = tf.where(
        _inside(object_boxes, height, width),
        tf.nn.sigmoid_cross_entropy_with_logits(target, combined),
        _MISSED_CELL * target,
    )
    sides = object_boxes[..., 2:] - object_boxes[..., :2]
    cells = tf.reduce_prod(sides, axis=-1) * tf.cast(height * width, tf.float32)
    of_mask = tf.math.divide_no_nan(tf.reduce_sum(losses, axis=[2, 3]), cells)
    of_image = tf.reduce_sum(
        tf.where(tf.sequence_mask(trained, tf.shape(chosen)[1]), of_mask, 0.0), axis=1
    )
    scale = tf.math.divide_no_nan(tf.cast(count, tf.float32), tf.cast(trained, tf.float32))
    return _WEIGHT * tf.reduce_sum(of_image * scale)


def _lots(shape: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """This replica's part, float32 of 0 … 1 of a shape [N, P], of those drawn for all replicas."""
    replica = tf.distribute.get_replica_context()
    count, size = replica.num_replicas_in_sync, shape[0]
    drawn = tf.random.stateless_uniform([count * size, shape[1]], seed)
    return drawn[replica.replica_id_in_sync_group * size :][:size]


def _inside(object_boxes: tf.Tensor, height: tf.Tensor, width: tf.Tensor) -> tf.Tensor:
    """The cells of each box and its margin, bool [..., height, width]."""

    def along(low: tf.Tensor, high: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        low, high = boxes.sanitize(low, high, size, _CROP_PADDING)
        cells = tf.range(tf.cast(size, tf.float32))
        return (cells >= low[..., None]) & (cells < high[..., None])

    x1, y1, x2, y2 = tf.unstack(object_boxes, axis=-1)
    return along(y1, y2, height)[..., :, None] & along(x1, x2, width)[..., None, :]
