"""Which prior learns which object."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from yolact_tf.config import YolactConfig
from yolact_tf.data.ground_truth import CROWD, GroundTruth
from yolact_tf.ops import boxes

BACKGROUND = 0
NEUTRAL = -1
_CLAIMED = 2.0  # above every IoU
_NO_OBJECT = -1.0  # below every IoU


class Matches(NamedTuple):
    """What each of P priors of N images is to learn.

    Attributes:
      classes: int32 [N, P], `BACKGROUND`, `NEUTRAL` (to be left alone), else of a positive
        the object's class + 1.
      objects: int32 [N, P], the object that each prior overlaps or was claimed by, as an index
        into the ground truth; 0 in an image without objects. Meant for positives.
      loc: float32 [N, P, 4], the offsets from the prior to that object; 0 in an image
        without objects. Meant for positives.
    """

    classes: tf.Tensor
    objects: tf.Tensor
    loc: tf.Tensor


def match(truth: GroundTruth, priors: np.ndarray | tf.Tensor, config: YolactConfig) -> Matches:
    """Gives every prior a target, as the official code does.

    A prior goes to the object that it overlaps most and is positive from
    `config.positive_iou`, background below `config.negative_iou` and neutral in between. But
    first the objects, in falling order of their best IoU, claim their best prior that is left,
    which is then positive whatever the IoU: each object is learnt. Background that a crowd covers
    by more than `config.crowd_overlap` is neutral.

    Args:
      truth: Boxes must have an area but for padding; G at least 1. Crowds and padding may
        stand anywhere.
      priors: float32 [P, 4], centre form.
    """
    anchors = boxes.corners(tf.convert_to_tensor(priors))
    is_object = truth.classes >= 0
    overlaps = tf.where(is_object[..., None], boxes.iou(truth.boxes, anchors), _NO_OBJECT)
    claims = tf.one_hot(_claim(overlaps), len(priors), on_value=True, off_value=False)
    overlaps = tf.where(claims, _CLAIMED, overlaps)

    best = tf.reduce_max(overlaps, axis=1)
    objects = tf.argmax(overlaps, axis=1, output_type=tf.int32)
    classes = tf.gather(truth.classes, objects, batch_dims=1) + 1
    classes = tf.where(best < config.positive_iou, NEUTRAL, classes)
    classes = tf.where(best < config.negative_iou, BACKGROUND, classes)
    in_crowd = _share_in_crowds(truth, anchors) > config.crowd_overlap
    classes = tf.where((classes == BACKGROUND) & in_crowd, NEUTRAL, classes)

    loc = boxes.encode(tf.gather(truth.boxes, objects, batch_dims=1), priors)
    has_objects = tf.reduce_any(is_object, axis=1)
    return Matches(classes, objects, tf.where(has_objects[:, None, None], loc, 0.0))


def _claim(overlaps: tf.Tensor) -> tf.Tensor:
    """The prior that each object claims, int32 [N, G]; -1 where there is no object.

    The others can take at most G - 1 priors from an object, so its best G are enough to know.
    """
    objects = tf.shape(overlaps)[1]
    shares, priors = tf.math.top_k(overlaps, tf.minimum(objects, tf.shape(overlaps)[2]))

    def next_claim(shares: tf.Tensor, claimed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        best = tf.reduce_max(shares, axis=2)
        winner = tf.one_hot(tf.argmax(best, axis=1), objects, on_value=True, off_value=False)
        winner &= best > _NO_OBJECT
        place = tf.argmax(shares, axis=2, output_type=tf.int32)
        choice = tf.gather(priors, place, axis=2, batch_dims=2)
        claimed = tf.where(winner, choice, claimed)
        taken = tf.reduce_max(tf.where(winner, choice, -1), axis=1)
        gone = winner[..., None] | (priors == taken[:, None, None])
        left = tf.where(gone, _NO_OBJECT, shares)
        return tf.ensure_shape(left, shares.shape), tf.ensure_shape(claimed, overlaps.shape[:2])

    claimed = tf.ensure_shape(tf.fill(tf.shape(overlaps)[:2], -1), overlaps.shape[:2])
    _, claimed = tf.while_loop(
        lambda shares, claimed: tf.reduce_any(shares > _NO_OBJECT),
        next_claim,
        (shares, claimed),
    )
    return claimed


def _share_in_crowds(truth: GroundTruth, anchors: tf.Tensor) -> tf.Tensor:
    """The share of each prior that lies in the crowd covering it most, float32 [N, P]."""
    is_crowd = truth.classes == CROWD
    shares = boxes.intersection_over_area(anchors, truth.boxes)
    return tf.reduce_max(tf.where(is_crowd[:, None], shares, 0.0), axis=2)
