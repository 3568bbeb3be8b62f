"""Ground truth written down as the boxes and classes of each image."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from tests.yolact_tf.reference import reference_mask
from yolact_tf.data.ground_truth import PADDING, GroundTruth

AnnotatedBox = tuple[float, float, float, float, int]


def ground_truth(
    images: Sequence[Sequence[AnnotatedBox]], size: int = 8, places: int | None = None
) -> GroundTruth:
    """Objects of x1, y1, x2, y2 and class, their masks ellipses, padded to `places`."""
    places = places or max(1, *(len(objects) for objects in images))
    boxes = np.zeros((len(images), places, 4), np.float32)
    classes = np.full((len(images), places), PADDING, np.int32)
    masks = np.zeros((len(images), places, size, size), np.uint8)
    for i, objects in enumerate(images):
        for j, (*box, class_index) in enumerate(objects):
            boxes[i, j], classes[i, j] = box, class_index
            masks[i, j] = reference_mask(box, size) if class_index != PADDING else 0
    return GroundTruth.of_masks(tf.constant(boxes), tf.constant(classes), tf.constant(masks))
