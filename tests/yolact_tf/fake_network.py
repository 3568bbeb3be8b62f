"""A network whose detections are written down by hand."""

import dataclasses
import math
from typing import Any

import numpy as np
import tensorflow as tf

from yolact_tf.config import YolactConfig
from yolact_tf.inference.segmenter import Segmenter, Selection

GRID = 8
LOGIT = 6.0  # of a mask's inside by default; outside it is its negative


@dataclasses.dataclass(frozen=True)
class Figure:
    """What the network finds: all numbers are eighths of the image's sides.

    Attributes:
      box: x1, y1, x2, y2.
      score: 0 to 1.
      area: x1, y1, x2, y2 of the mask; the box where not given.
      label: class, from 0.
      logit: of the mask's inside.
    """

    box: tuple[int, int, int, int]
    score: float
    area: tuple[int, int, int, int] | None = None
    label: int = 0
    logit: float = LOGIT


class FakeNetwork(tf.Module):
    """Finds the same figures in every image that is not black, and none in one that is."""

    def __init__(
        self, figures: list[Figure], num_classes: int = 2, *, scored_masks: bool = False
    ) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.config = YolactConfig(
            "fake", "darknet53", size=16, prototypes=len(figures), scored_masks=scored_masks
        )
        boxes = np.array([figure.box for figure in figures], np.float32) / GRID
        self.priors = np.concatenate(
            [(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]], axis=1
        )
        logits = np.full((len(figures), num_classes), -30.0, np.float32)
        logits[:, 0] = 0
        proto = np.full((GRID, GRID, len(figures)), -LOGIT, np.float32)
        for row, figure in enumerate(figures):
            logits[row, 1 + figure.label] = math.log(figure.score / (1 - figure.score))
            x1, y1, x2, y2 = figure.area or figure.box
            proto[y1:y2, x1:x2, row] = figure.logit
        self._logits, self._proto = logits, proto
        self._gain = tf.Variable(1.0, trainable=False)

    def __call__(self, images: tf.Tensor, training: bool = False) -> dict[str, tf.Tensor]:
        count, places = tf.shape(images)[0], len(self.priors)
        lit = tf.reduce_max(images, axis=[1, 2, 3]) > 0
        nothing = tf.constant([0.0] + [-30.0] * (self.num_classes - 1))
        return {
            "loc": tf.zeros([count, places, 4]),
            "conf": tf.where(lit[:, None, None], self._logits, nothing),
            "mask": tf.tile(tf.eye(places)[None] * self._gain, [count, 1, 1]),
            "proto": tf.tile(self._proto[None], [count, 1, 1, 1]),
        }


def fake_segmenter(*figures: Figure, **selection: Any) -> Segmenter:
    """A segmenter of people who stand where `figures` say."""
    return Segmenter(FakeNetwork(list(figures)), ("person",), Selection(**selection))
