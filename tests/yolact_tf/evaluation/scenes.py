"""Rectangles that are annotated and rectangles that were found, in images of 100 x 120."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pycocotools import mask as run_lengths

from yolact_tf.data.coco import AnnotatedImage, AnnotatedObject
from yolact_tf.evaluation.instances import Instance
from yolact_tf.evaluation.scoring import EvaluatedImage

HEIGHT, WIDTH = 100, 120
Box = tuple[int, int, int, int]


def rectangle(box: Box) -> Mapping[str, Any]:
    x1, y1, x2, y2 = box
    mask = np.zeros((HEIGHT, WIDTH), np.uint8, order="F")
    mask[y1:y2, x1:x2] = 1
    return run_lengths.encode(mask)


def thing(box: Box, category: int = 0, crowd: bool = False) -> AnnotatedObject:
    x1, y1, x2, y2 = box
    return AnnotatedObject(category, crowd, box, rectangle(box), float((x2 - x1) * (y2 - y1)))


def instance(box: Box, score: float, category: int = 0, mask: Box | None = None) -> Instance:
    return Instance(category, score, box, rectangle(mask or box))


def scene(
    things: Sequence[AnnotatedObject], instances: Sequence[Instance], path: str = "a.png"
) -> EvaluatedImage:
    return EvaluatedImage(AnnotatedImage(path, HEIGHT, WIDTH, tuple(things)), tuple(instances))
