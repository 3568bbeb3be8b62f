"""What is annotated in a batch of images, padded to one number of objects."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

CROWD = -1
PADDING = -2
NO_KEYPOINT = -1.0


class GroundTruth(NamedTuple):
    """The objects of N images of S x S pixels, G of them at most.

    Attributes:
      boxes: float32 [N, G, 4], x1, y1, x2, y2 as fractions of the image's sides.
      classes: int32 [N, G], from 0 without background; `CROWD` for a region of many
        objects, which is neither learnt nor held against the network; `PADDING` for none.
      masks: uint8 [N, G, S, S], 1 inside the object; inside its box if only that is known.
      mask_annotated: bool [N, G], False where only the box is known.
      keypoints: float32 [N, G, K, 2], x, y as fractions of the image's sides, of objects of which
        only the box is known; `NO_KEYPOINT` beyond those that there are.
    """

    boxes: tf.Tensor
    classes: tf.Tensor
    masks: tf.Tensor
    mask_annotated: tf.Tensor
    keypoints: tf.Tensor

    @classmethod
    def of_masks(cls, boxes: tf.Tensor, classes: tf.Tensor, masks: tf.Tensor) -> "GroundTruth":
        """Objects whose masks are all annotated."""
        places = tuple(classes.shape)
        return cls(
            boxes, classes, masks, np.ones(places, bool), np.zeros((*places, 0, 2), np.float32)
        )
