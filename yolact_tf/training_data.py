"""Endless, repeatable batches of augmented samples."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, NamedTuple

import numpy as np
import tensorflow as tf

from yolact_tf.augmentation import Augmentation
from yolact_tf.augmentation.copy_paste import Donor, cut_out, is_pastable
from yolact_tf.augmentation.photometric import distort
from yolact_tf.augmentation.sample import Sample, tight_boxes
from yolact_tf.coco import AnnotatedPicture, CocoData
from yolact_tf.config import YolactConfig
from yolact_tf.decoded_picture import DecodedPicture, decode
from yolact_tf.errors import YolactError
from yolact_tf.ground_truth import PADDING, GroundTruth

_PUBLISHED = Augmentation()

KEPT_SIDE = 1.6
"""Pictures are kept with a longest side of this many times the network's input."""


class TrainingData(NamedTuple):
    """Batches to train on.

    Attributes:
      batches: endless, of (float32 [N, S, S, 3], RGB in 0…255; `GroundTruth`).
      pictures: how many pictures they are made of.
      skipped: pictures left out, each with its reason.
    """

    batches: tf.data.Dataset
    pictures: int
    skipped: list[str]


def training_batches(
    sources: Sequence[tuple[CocoData, float]],
    config: YolactConfig,
    batch_size: int,
    seed: int,
    *,
    start_step: int = 0,
    augmentation: Augmentation = _PUBLISHED,
    max_objects: int = 32,
    cache: Literal["memory", "none"] = "memory",
) -> TrainingData:
    """Draws samples with replacement; a batch depends on `seed` and its step alone.

    Every picture is decoded once beforehand, so that damaged ones are known.

    Args:
      sources: data sets of the same categories, each with its share of the samples,
        relative to the others.
      config: its `size` is the side of the samples.
      batch_size: samples in a batch.
      seed: not negative.
      start_step: the first batch is the one of this step, for a run that goes on.
      augmentation: how samples are changed.
      max_objects: of one sample; the largest are kept of more.
      cache: "memory" keeps pictures decoded, about 0.6 MB each at an input of 320 pixels
        (by its square); "none" decodes each every time, and is slower.

    Raises:
      YolactError: the categories differ, or no picture can be read in one of the sources.
    """
    _require_same_categories([data for data, _ in sources])
    longest = round(KEPT_SIDE * config.size)
    shelves = [_Shelf(data, longest, keep=cache == "memory") for data, _ in sources]
    collection = _Collection(shelves, np.array([weight for _, weight in sources], float))

    def rearranged(index: np.int64) -> tuple[np.ndarray, ...]:
        rng = np.random.default_rng((seed, int(index)))
        picture = collection.picture(rng)
        draw = collection.donor if collection.has_donors else None
        return _padded(augmentation.rearrange(picture, config.size, draw, rng), max_objects)

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

    batches = (
        tf.data.Dataset.counter(start_step * batch_size)
        .map(sample, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .batch(batch_size, drop_remainder=True)
        .prefetch(2)
    )
    skipped = [reason for shelf in shelves for reason in shelf.skipped]
    return TrainingData(batches, sum(len(shelf.pictures) for shelf in shelves), skipped)


class _Shelf:
    """The readable pictures of one source, and where in them objects to paste are."""

    def __init__(self, data: CocoData, longest_side: int, keep: bool) -> None:
        self._longest_side = longest_side
        self.pictures: list[DecodedPicture | AnnotatedPicture] = []
        self.donors: list[tuple[int, int]] = []
        self.skipped: list[str] = []
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for picture, decoded in zip(
                data.images, pool.map(self._decoded_or_reason, data.images), strict=True
            ):
                if isinstance(decoded, str):
                    self.skipped.append(decoded)
                    continue
                self.donors += [
                    (len(self.pictures), place)
                    for place, found in enumerate(decoded.objects)
                    if is_pastable(found, decoded)
                ]
                self.pictures.append(decoded if keep else picture)
        if not self.pictures:
            listed = "; ".join(self.skipped[:3]) or "it lists none"
            raise YolactError(f"A source of training data has no readable picture: {listed}.")

    def _decoded_or_reason(self, picture: AnnotatedPicture) -> DecodedPicture | str:
        try:
            return decode(picture, self._longest_side)
        except YolactError as error:
            return str(error)

    def picture(self, place: int) -> DecodedPicture:
        found = self.pictures[place]
        return found if isinstance(found, DecodedPicture) else decode(found, self._longest_side)


class _Collection:
    """All sources: pictures are drawn by their weights, objects to paste evenly."""

    def __init__(self, shelves: Sequence[_Shelf], weights: np.ndarray) -> None:
        self._shelves = shelves
        self._shares = weights / weights.sum()
        self._donors = [(shelf, *donor) for shelf in shelves for donor in shelf.donors]
        self.has_donors = bool(self._donors)

    def picture(self, rng: np.random.Generator) -> DecodedPicture:
        shelf = self._shelves[rng.choice(len(self._shelves), p=self._shares)]
        return shelf.picture(rng.integers(len(shelf.pictures)))

    def donor(self, rng: np.random.Generator) -> Donor:
        shelf, place, number = self._donors[rng.integers(len(self._donors))]
        picture = shelf.picture(place)
        return cut_out(picture.objects[number], picture)


def _padded(sample: Sample, count: int) -> tuple[np.ndarray, ...]:
    """Pixels, and boxes as fractions, classes and masks of exactly `count` objects."""
    if len(sample.classes) > count:
        largest = np.argsort(-sample.masks.sum(axis=(1, 2)), kind="stable")[:count]
        sample = sample.only(np.sort(largest))
    size, found = len(sample.pixels), len(sample.classes)
    boxes = np.zeros((count, 4), np.float32)
    classes = np.full(count, PADDING, np.int32)
    masks = np.zeros((count, size, size), np.uint8)
    boxes[:found] = tight_boxes(sample.masks) / size
    classes[:found] = sample.classes
    masks[:found] = sample.masks
    return np.ascontiguousarray(sample.pixels), boxes, classes, masks


def _require_same_categories(data: Sequence[CocoData]) -> None:
    names = [tuple(part.categories.values()) for part in data]
    for other in names[1:]:
        if other != names[0]:
            raise YolactError(
                f"Sources must have the same categories: {', '.join(names[0])} against "
                f"{', '.join(other)}."
            )
