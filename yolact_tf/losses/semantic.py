"""How wrong the per-pixel classes are that the network is helped by in training."""

import tensorflow as tf

from yolact_tf.data.ground_truth import GroundTruth
from yolact_tf.losses.reduced_masks import reduced_masks


def semantic_loss(segm: tf.Tensor, truth: GroundTruth) -> tf.Tensor:
    """Binary cross entropy of each class, averaged over cells and images, summed over classes.

    Cells in the box of an object whose mask is not annotated cost nothing for its class, unless
    another object's mask tells that they are of it.

    Args:
      segm: float32 [N, h, w, C - 1], logits without background.
    """
    shape = tf.shape(segm)
    masks = reduced_masks(truth.masks, shape[1], shape[2])
    of_class = tf.one_hot(truth.classes, shape[3])  # of crowds and padding: none
    annotated = tf.cast(truth.mask_annotated, tf.float32)[..., None]
    target = tf.minimum(tf.einsum("nghw,ngc->nhwc", masks, of_class * annotated), 1.0)
    unknown = tf.einsum("nghw,ngc->nhwc", masks, of_class * (1 - annotated)) > 0
    losses = tf.nn.sigmoid_cross_entropy_with_logits(target, segm)
    losses = tf.where(unknown & (target < 1), 0.0, losses)
    return tf.reduce_sum(tf.reduce_mean(losses, axis=[0, 1, 2]))
