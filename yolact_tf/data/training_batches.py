"""Endless, repeatable batches of augmented samples."""

import itertools
import os
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf

from graftnet_tf.io.read_ahead import ahead
from graftnet_tf.io.unreadable_log import UnreadableLog
from yolact_tf.config import YolactConfig
from yolact_tf.data.augmentation import Augmentation
from yolact_tf.data.augmentation.photometric import distort
from yolact_tf.data.augmentation.sample import MAX_KEYPOINTS, Sample, tight_boxes
from yolact_tf.data.coco import CocoData
from yolact_tf.data.ground_truth import NO_KEYPOINT, PADDING, GroundTruth
from yolact_tf.data.image_sampler import ImageSampler

_PUBLISHED = Augmentation()

LONGEST_SIDE = 1.6
"""Images are shrunk to a longest side of this many times the network's input."""

_HELD = 2  # batches made at a time: one that is worked on, and the next

Batches = Callable[[int], Generator[tuple[np.ndarray, GroundTruth], None, None]]
"""From a step's number to the endless batches from that step on, of images, float32 [N, S, S, 3],
RGB in 0…255, and what is in them, in numpy arrays. Close them when they are no longer needed."""


def training_batches(
    sources: Sequence[tuple[CocoData, float]],
    config: YolactConfig,
    batch_size: int,
    seed: int,
    *,
    augmentation: Augmentation = _PUBLISHED,
    max_objects: int = 32,
    unreadable: UnreadableLog | None = None,
) -> Batches:
    """Draws samples with replacement; a batch depends on the files, `seed` and its step alone.

    Images are read and decoded on threads, one batch ahead of whoever takes them, and nothing of
    them is kept.

    Args:
      sources: Data sets of the same categories, each with its share of the samples,
        relative to the others.
      config: Its `size` is the side of the samples.
      batch_size: Samples in a batch.
      seed: Not negative.
      augmentation: How samples are changed.
      max_objects: Greatest number of objects of one sample; the largest are kept of more.
      unreadable: Told of the images that turn out to be unreadable; each gives way to the next of
        its source.

    Returns:
      Function that gives the batches. They raise YolactError where no image of a source can be
      read, and FileSystemError where a file system fails lastingly.

    Raises:
      YolactError: the categories differ, or a source has no image.
    """
    longest_side = round(LONGEST_SIDE * config.size)
    sampler = ImageSampler(sources, longest_side, unreadable or UnreadableLog())
    draw_donor = sampler.donor if sampler.has_donors else None
    distorted = tf.function(
        distort,
        input_signature=[
            tf.TensorSpec([config.size, config.size, 3], tf.uint8),
            tf.TensorSpec([2], tf.int64),
        ],
        autograph=False,
    )

    def sample(index: int) -> Sample:
        rng = np.random.default_rng((seed, index))
        made = augmentation.rearrange(sampler.image(rng), config.size, draw_donor, rng)
        if augmentation.photometric:
            made = made._replace(pixels=distorted(made.pixels, [seed, index]).numpy())
        return _of_largest(made, max_objects)

    def from_step(step: int) -> Generator[tuple[np.ndarray, GroundTruth], None, None]:
        threads, next_one = ThreadPoolExecutor(os.cpu_count()), ThreadPoolExecutor(1)

        def batch(number: int) -> tuple[np.ndarray, GroundTruth]:
            first = number * batch_size
            samples = list(threads.map(sample, range(first, first + batch_size)))
            return _stacked(samples, max_objects)

        try:
            yield from ahead(next_one, batch, itertools.count(step), _HELD)
        finally:
            for pool in (threads, next_one):  # whose work goes on until the first has ended
                pool.shutdown(cancel_futures=True)

    return from_step


def _of_largest(sample: Sample, count: int) -> Sample:
    """The sample with its `count` largest objects, in their order."""
    if len(sample.classes) <= count:
        return sample
    largest = np.argsort(-np.count_nonzero(sample.masks, axis=(1, 2)), kind="stable")[:count]
    return sample.only(np.sort(largest))


def _stacked(samples: Sequence[Sample], count: int) -> tuple[np.ndarray, GroundTruth]:
    """A batch, padded to `count` objects each."""
    size = len(samples[0].pixels)
    boxes = np.zeros((len(samples), count, 4), np.float32)
    classes = np.full((len(samples), count), PADDING, np.int32)
    masks = np.zeros((len(samples), count, size, size), np.uint8)
    mask_annotated = np.ones((len(samples), count), bool)
    keypoints = np.full((len(samples), count, MAX_KEYPOINTS, 2), NO_KEYPOINT, np.float32)
    for place, sample in enumerate(samples):
        found = len(sample.classes)
        boxes[place, :found] = tight_boxes(sample.masks) / size
        classes[place, :found] = sample.classes
        masks[place, :found] = sample.masks
        mask_annotated[place, :found] = sample.mask_annotated
        keypoints[place, :found] = np.nan_to_num(sample.keypoints / size, nan=NO_KEYPOINT)
    pixels = np.stack([sample.pixels for sample in samples]).astype(np.float32)
    return pixels, GroundTruth(boxes, classes, masks, mask_annotated, keypoints)
