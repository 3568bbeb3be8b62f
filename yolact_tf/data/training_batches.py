"""Endless, repeatable batches of augmented samples."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
import tensorflow as tf

from yolact_tf.config import YolactConfig
from yolact_tf.data.augmentation import Augmentation
from yolact_tf.data.augmentation.photometric import distort
from yolact_tf.data.augmentation.sample import Sample, tight_boxes
from yolact_tf.data.coco import CocoData
from yolact_tf.data.ground_truth import PADDING, GroundTruth
from yolact_tf.data.image_sampler import ImageCollection

_PUBLISHED = Augmentation()

KEPT_SIDE = 1.6
"""Images are kept with a longest side of this many times the network's input."""


class TrainingBatches(NamedTuple):
    """Batches to train on.

    Attributes:
      from_step: Function from a step's number to the endless batches from that step on, of
        (float32 [N, S, S, 3], RGB in 0…255; `GroundTruth`). Iterate in a function, not in a module:
        samples are made in Python, and an iterator that lives until the interpreter ends can keep
        it from ending.
      images: How many images they are made of.
      skipped: Images left out, each with its reason.
    """

    from_step: Callable[[int], tf.data.Dataset]
    images: int
    skipped: list[str]


def training_batches(
    sources: Sequence[tuple[CocoData, float]],
    config: YolactConfig,
    batch_size: int,
    seed: int,
    *,
    augmentation: Augmentation = _PUBLISHED,
    max_objects: int = 32,
    cache: Literal["memory", "none"] = "memory",
) -> TrainingBatches:
    """Draws samples with replacement; a batch depends on `seed` and its step alone.

    Every image is decoded once beforehand, so that damaged ones are known.

    Args:
      sources: Data sets of the same categories, each with its share of the samples,
        relative to the others.
      config: Its `size` is the side of the samples.
      batch_size: Samples in a batch.
      seed: Not negative.
      augmentation: How samples are changed.
      max_objects: Greatest number of objects of one sample; the largest are kept of more.
      cache: "memory" keeps images decoded, about 0.6 MB each at an input of 320 pixels
        (by its square); "none" decodes each every time, and is slower.

    Raises:
      YolactError: the categories differ, or no image can be read in one of the sources.
    """
    longest_side = round(KEPT_SIDE * config.size)
    collection = ImageCollection(sources, longest_side, keep=cache == "memory")
    draw_donor = collection.donor if collection.has_donors else None

    def rearranged(index: np.int64) -> tuple[np.ndarray, ...]:
        rng = np.random.default_rng((seed, int(index)))
        image = collection.image(rng)
        sample = augmentation.rearrange(image, config.size, draw_donor, rng)
        return _padded(sample, max_objects)

    def sample(index: tf.Tensor) -> tuple[tf.Tensor, GroundTruth]:
        pixels, boxes, classes, masks = tf.numpy_function(
            rearranged, [index], [tf.uint8, tf.float32, tf.int32, tf.uint8]
        )
        side = config.size
        pixels = tf.cast(tf.ensure_shape(pixels, [side, side, 3]), tf.float32)
        if augmentation.photometric:
            pixels = distort(pixels, tf.stack([tf.cast(seed, tf.int64), index]))
        return pixels, GroundTruth(
            tf.ensure_shape(boxes, [max_objects, 4]),
            tf.ensure_shape(classes, [max_objects]),
            tf.ensure_shape(masks, [max_objects, side, side]),
        )

    def from_step(step: int) -> tf.data.Dataset:
        samples = tf.data.Dataset.counter(step * batch_size).map(
            sample, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True
        )
        return samples.batch(batch_size, drop_remainder=True).prefetch(2)

    return TrainingBatches(from_step, len(collection), collection.skipped)


def _padded(sample: Sample, count: int) -> tuple[np.ndarray, ...]:
    """Pixels, and boxes as fractions, classes and masks of exactly `count` objects."""
    if len(sample.classes) > count:
        largest = np.argsort(-np.count_nonzero(sample.masks, axis=(1, 2)), kind="stable")[:count]
        sample = sample.only(np.sort(largest))
    size, found = len(sample.pixels), len(sample.classes)
    boxes = np.zeros((count, 4), np.float32)
    classes = np.full(count, PADDING, np.int32)
    masks = np.zeros((count, size, size), np.uint8)
    boxes[:found] = tight_boxes(sample.masks) / size
    classes[:found] = sample.classes
    masks[:found] = sample.masks
    return np.ascontiguousarray(sample.pixels), boxes, classes, masks
