"""What a network found in an image, small enough to keep for every image."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from pycocotools import mask as run_lengths

from yolact_tf.models.yolact import Yolact
from yolact_tf.ops.fast_nms import Detections, detect
from yolact_tf.ops.masks import assemble, mask_scores, mask_windows, pixel_boxes, window_mask


class Instance(NamedTuple):
    """One object that was found.

    Attributes:
      category: Number of the category, from 0, without background.
      score: 0 to 1.
      box: x1, y1, x2, y2, whole pixels, clamped to the image and truncated, as officially;
        of no area outside it.
      segmentation: Mask of the whole image as compressed run lengths; may be empty.
    """

    category: int
    score: float
    box: tuple[int, int, int, int]
    segmentation: Mapping[str, Any]


class CroppedMasks(NamedTuple):
    """Detections of N images, and their masks on the prototypes' grid [N, D, h, w].

    Scores are those of both where masks are scored; the order is that of the class scores.
    """

    detections: Detections
    masks: tf.Tensor


@tf.function(reduce_retracing=True, autograph=False)
def run_network(model: Yolact, images: tf.Tensor) -> dict[str, tf.Tensor]:
    """The raw outputs."""
    return model(images, training=False)


@tf.function(reduce_retracing=True, autograph=False)
def find(model: Yolact, outputs: dict[str, tf.Tensor]) -> CroppedMasks:
    """Detections by the model's configuration, NMS in each class."""
    detections = detect(outputs, model.priors, model.config)
    masks = assemble(outputs["proto"], detections.coefficients, detections.boxes)
    if model.config.scored_masks:
        detections = detections._replace(scores=detections.scores * mask_scores(masks))
    return CroppedMasks(detections, masks)


def warm_up(model: Yolact) -> None:
    """Traces `run_network` and `find` for batches of any size, and runs them once."""
    size = model.config.size
    network = run_network.get_concrete_function(model, tf.TensorSpec((None, size, size, 3)))
    find.get_concrete_function(model, network.structured_outputs)
    find(model, run_network(model, tf.zeros((1, size, size, 3))))


def instances_in(found: CroppedMasks, index: int, height: int, width: int) -> tuple[Instance, ...]:
    """The detections in one image of the batch, by falling score.

    Args:
      found: Answer of `find`.
      index: Index of the image in the batch.
      height, width: Height and width of the image, pixels.
    """
    detections, masks = found
    count = int(detections.count[index])
    boxes = detections.boxes[index, :count]
    cells = (masks.shape[2], masks.shape[3])
    windows = mask_windows(boxes, cells, height, width).numpy()
    corners = pixel_boxes(boxes, height, width).numpy()
    classes, scores = detections.classes[index].numpy(), detections.scores[index].numpy()
    found_here = []
    for place in range(count):
        x1, y1, x2, y2 = corners[place].tolist()
        mask = _placed(masks[index, place], windows[place], height, width)
        found_here.append(
            Instance(
                category=int(classes[place]),
                score=float(scores[place]),
                box=(x1, y1, max(x1, x2), max(y1, y2)),
                segmentation=run_lengths.encode(mask),
            )
        )
    return tuple(sorted(found_here, key=lambda instance: instance.score, reverse=True))


_window_mask = tf.function(window_mask, reduce_retracing=True, autograph=False)


def _placed(mask: tf.Tensor, window: np.ndarray, height: int, width: int) -> np.ndarray:
    """The mask in its whole image, uint8 [height, width] in Fortran order."""
    whole = np.zeros((height, width), np.uint8, order="F")
    x1, y1, x2, y2 = window
    if x2 > x1 and y2 > y1:
        sizes = tf.constant(height), tf.constant(width)
        whole[y1:y2, x1:x2] = _window_mask(mask, tf.constant(window), *sizes).numpy()
    return whole
