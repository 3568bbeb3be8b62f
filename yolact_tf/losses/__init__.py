"""The four losses that YOLACT is trained on (Bolya et al. 2019)."""

import numpy as np
import tensorflow as tf

from yolact_tf.config import YolactConfig
from yolact_tf.data.ground_truth import GroundTruth
from yolact_tf.losses.box import box_loss
from yolact_tf.losses.confidence import confidence_loss
from yolact_tf.losses.mask import mask_loss
from yolact_tf.losses.prior_matching import match
from yolact_tf.losses.semantic import semantic_loss


def multibox_losses(
    outputs: dict[str, tf.Tensor],
    truth: GroundTruth,
    priors: np.ndarray | tf.Tensor,
    config: YolactConfig,
    seed: tf.Tensor,
) -> dict[str, tf.Tensor]:
    """What is wrong with a batch of outputs, weighted as published; the total is the sum.

    Called in a replica of a `tf.distribute` strategy with its part of a batch, of as many images as
    the others', it gives that part's share: the sum over all replicas is what one device gives for
    the whole batch.

    Args:
      outputs: The model's, called with `training=True`.
      truth: What is in the images; of no objects at all, too.
      priors: float32 [P, 4], centre form.
      seed: int32 [2], chooses the masks where an image has more than
        `config.masks_to_train` positives; to be another in each step.

    Returns:
      Scalars, float32: `B` boxes, `C` class scores and `M` masks, per positive of the batch
      and 0 if there is none; `S` semantic segmentation, per image.
    """
    matches = match(truth, priors, config)
    replica = tf.distribute.get_replica_context()
    positives = replica.all_reduce(
        tf.distribute.ReduceOp.SUM, tf.math.count_nonzero(matches.classes > 0, dtype=tf.float32)
    )
    per_positive = {
        "B": box_loss(outputs["loc"], matches),
        "C": confidence_loss(outputs["conf"], matches, config.negatives_per_positive),
        "M": mask_loss(
            outputs["proto"], outputs["mask"], matches, truth, config.masks_to_train, seed
        ),
    }
    return {
        **{name: tf.math.divide_no_nan(loss, positives) for name, loss in per_positive.items()},
        "S": semantic_loss(outputs["segm"], truth) / replica.num_replicas_in_sync,
    }
