"""What is annotated in a batch of images, padded to one number of objects."""

from typing import NamedTuple

import tensorflow as tf

CROWD = -1
PADDING = -2


class GroundTruth(NamedTuple):
    """The objects of N images of S x S pixels, G of them at most.

    Attributes:
      boxes: float32 [N, G, 4], x1, y1, x2, y2 as fractions of the image's sides.
      classes: int32 [N, G], from 0 without background; `CROWD` for a region of many
        objects, which is neither learnt nor held against the network; `PADDING` for none.
      masks: uint8 [N, G, S, S], 1 inside the object.
    """

    boxes: tf.Tensor
    classes: tf.Tensor
    masks: tf.Tensor
