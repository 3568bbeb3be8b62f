"""One image: which objects were found, which missed, what was found that is not there."""

from typing import NamedTuple

import numpy as np
from pycocotools import mask as run_lengths

from yolact_tf.evaluation.instances import Instance
from yolact_tf.evaluation.scoring import EvaluatedImage

MIN_SCORE = 0.3
MIN_IOU = 0.5


class Comparison(NamedTuple):
    """Confident instances against the objects of an image.

    Attributes:
      found: (place of an instance, place of the object that it is).
      false: Places of the instances that are no object, nor part of a crowd.
      missed: Places of the objects, not crowds, that no instance is.
      quality: Panoptic quality (Kirillov et al. 2019) over all categories: the mean mask
        IoU of `found`, times found / (found + false / 2 + missed / 2); 0 to 1. None where
        all three are empty.
    """

    found: tuple[tuple[int, int], ...]
    false: tuple[int, ...]
    missed: tuple[int, ...]
    quality: float | None


def compare(image: EvaluatedImage) -> Comparison:
    """Matches instances of `MIN_SCORE` and above with objects, the surest first.

    Each takes the object of its category that it overlaps most, by a mask IoU of at least
    `MIN_IOU`, among those not yet taken. What is covered so far by a crowd is ignored.
    """
    objects = image.annotated.objects
    confident = [found for found in image.instances if found.score >= MIN_SCORE]
    overlaps = _overlaps(image, confident)
    crowds = np.array([found.crowd for found in objects], bool)
    free = ~crowds
    pairs, false, quality = [], [], 0.0
    for place, row in enumerate(overlaps):
        best = int(np.argmax(np.where(free, row, -1))) if free.any() else None
        if best is not None and row[best] >= MIN_IOU:
            free[best] = False
            pairs.append((place, best))
            quality += float(row[best])
        elif not np.any(row[crowds] >= MIN_IOU):
            false.append(place)
    missed = np.flatnonzero(free).tolist()
    total = len(pairs) + len(false) / 2 + len(missed) / 2
    return Comparison(tuple(pairs), tuple(false), tuple(missed), quality / total if total else None)


def _overlaps(image: EvaluatedImage, instances: list[Instance]) -> np.ndarray:
    """[instances, objects]: IoU, or the share covered by a crowd; 0 across categories."""
    objects = image.annotated.objects
    if not instances or not objects:
        return np.zeros((len(instances), len(objects)))
    overlaps = run_lengths.iou(
        [found.segmentation for found in instances],
        [found.segmentation for found in objects],
        [found.crowd for found in objects],
    )
    of_instances = np.array([found.category for found in instances])
    of_objects = np.array([found.category for found in objects])
    return np.where(of_instances[:, None] == of_objects, overlaps, 0)
