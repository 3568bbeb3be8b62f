"""The four losses that YOLACT is trained on (Bolya et al. 2019), and one of masks that only boxes
bound."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from yolact_tf.config import YolactConfig
from yolact_tf.data.ground_truth import GroundTruth
from yolact_tf.losses.box import box_loss
from yolact_tf.losses.boxed_mask import boxed_mask_loss
from yolact_tf.losses.confidence import confidence_loss
from yolact_tf.losses.mask import mask_loss
from yolact_tf.losses.prior_matching import match
from yolact_tf.losses.semantic import semantic_loss


@dataclass(frozen=True)
class MaskSupervision:
    """What masks are learnt from besides their annotations.

    Attributes:
      boxed_mask_weight: Weight of the loss of masks of which only the box is known; 0 learns none.
      neighbour_weight: What a mask's cell in another object costs more, see `mask_loss`.
    """

    boxed_mask_weight: float = 0.0
    neighbour_weight: float = 0.0


def multibox_losses(
    outputs: dict[str, tf.Tensor],
    truth: GroundTruth,
    priors: np.ndarray | tf.Tensor,
    config: YolactConfig,
    seed: tf.Tensor,
    images: tf.Tensor | None = None,
    supervision: MaskSupervision = MaskSupervision(),
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
      images: float32 [N, S, S, 3], RGB of 0 … 255, that masks are learnt from where only boxes are
        known; None learns none there.
      supervision: Weights of what masks are learnt from.

    Returns:
      Scalars, float32: `B` boxes, `C` class scores and `M` masks, per positive of the batch
      and 0 if there is none; `S` semantic segmentation, per image. With `images` also `X` masks of
      which only the box is known, per positive.
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
            outputs["proto"],
            outputs["mask"],
            matches,
            truth,
            config.masks_to_train,
            seed,
            supervision.neighbour_weight,
        ),
    }
    if images is not None and supervision.boxed_mask_weight:
        proto, coefficients = outputs["proto"], outputs["mask"]
        per_positive["X"] = supervision.boxed_mask_weight * tf.cond(
            tf.reduce_all(truth.mask_annotated),
            lambda: tf.zeros([]),
            lambda: boxed_mask_loss(proto, coefficients, matches, truth, images, seed),
        )
    return {
        **{name: tf.math.divide_no_nan(loss, positives) for name, loss in per_positive.items()},
        "S": semantic_loss(outputs["segm"], truth) / replica.num_replicas_in_sync,
    }
