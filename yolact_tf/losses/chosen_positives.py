"""The positives of each image whose masks are judged: all, or a sample of many."""

from typing import NamedTuple

import tensorflow as tf


class ChosenPositives(NamedTuple):
    """Up to p positives of N images.

    Attributes:
      priors: int32 [N, p], their places among the priors.
      real: bool [N, p], False where an image has fewer.
      scale: float32 [N], how many positives of its image each stands for.
    """

    priors: tf.Tensor
    real: tf.Tensor
    scale: tf.Tensor

    def logits(self, proto: tf.Tensor, coefficients: tf.Tensor) -> tf.Tensor:
        """Their masks before the sigmoid, float32 [N, p, h, w].

        Args:
          proto: float32 [N, h, w, K].
          coefficients: float32 [N, P, K].
        """
        own = tf.gather(coefficients, self.priors, batch_dims=1)
        return tf.einsum("nhwk,npk->nphw", proto, own)

    def total(self, losses: tf.Tensor) -> tf.Tensor:
        """Sum over all positives, estimated from the losses of those chosen, float32 [N, p]."""
        return tf.reduce_sum(tf.reduce_sum(tf.where(self.real, losses, 0.0), axis=1) * self.scale)


def choose(is_positive: tf.Tensor, most: int | tf.Tensor, seed: tf.Tensor) -> ChosenPositives:
    """Takes up to `most` of each image, at random by its place in the batch of all replicas.

    Args:
      is_positive: bool [N, P].
      most: Number of an image, at most.
      seed: int32 [2].
    """
    count = tf.math.count_nonzero(is_positive, axis=1, dtype=tf.int32)
    chosen = tf.minimum(count, most)
    lot = tf.where(is_positive, _lots(tf.shape(is_positive), seed), -1.0)
    priors = tf.math.top_k(lot, tf.reduce_max(chosen)).indices
    return ChosenPositives(
        priors,
        tf.sequence_mask(chosen, tf.shape(priors)[1]),
        tf.math.divide_no_nan(tf.cast(count, tf.float32), tf.cast(chosen, tf.float32)),
    )


def _lots(shape: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """This replica's part, float32 of 0 … 1 of a shape [N, P], of those drawn for all replicas."""
    replica = tf.distribute.get_replica_context()
    count, size = replica.num_replicas_in_sync, shape[0]
    drawn = tf.random.stateless_uniform([count * size, shape[1]], seed)
    return drawn[replica.replica_id_in_sync_group * size :][:size]
