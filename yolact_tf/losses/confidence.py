"""How wrong class scores are."""

import tensorflow as tf

from yolact_tf.losses.prior_matching import BACKGROUND, Matches


def confidence_loss(conf: tf.Tensor, matches: Matches, negatives_per_positive: int) -> tf.Tensor:
    """Cross entropy, summed over the positives and the hardest negatives of each image.

    The hardest negatives are the background priors of the greatest loss (online hard example
    mining); an image has `negatives_per_positive` for each of its own positives, as far as it
    has background.

    Args:
      conf: float32 [N, P, C], logits, background first.
    """
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.nn.relu(matches.classes), conf)
    is_positive = matches.classes > 0
    hardest = tf.sort(tf.where(matches.classes == BACKGROUND, losses, 0.0), direction="DESCENDING")
    wanted = negatives_per_positive * tf.math.count_nonzero(is_positive, axis=1, dtype=tf.int32)
    is_mined = tf.sequence_mask(wanted, tf.shape(conf)[1])
    return tf.reduce_sum(tf.where(is_positive, losses, 0.0) + tf.where(is_mined, hardest, 0.0))
