"""The trunk's output at the graft point, for training what comes after it."""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np
import tensorflow as tf

from graftnet_tf.data.augmentation import Augmentation
from graftnet_tf.data.image_reader import ImageReader
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.features.feature_cache import FeatureCache
from graftnet_tf.features.not_alone import FrozenBlocks, not_alone
from graftnet_tf.models.saved_model import FULL_PRECISION

_BATCH = 32  # images at a time when features are computed for the cache


class GraftFeatures(Protocol):
    """Where branch training takes its batches from.

    All of its methods may raise `UnreadableRowsError` of the images' reader.
    """

    def prepare(self, draws: Iterable[tuple[np.ndarray, int | None]]) -> None:
        """Announces what will be asked for: rows, with their step or None for `plain`."""

    def plain(self, rows: np.ndarray) -> tf.Tensor:
        """Features of unchanged images: float32 [n, h, w, c] of int [n] rows."""

    def augmented(self, rows: np.ndarray, step: int) -> tf.Tensor:
        """Features of augmented images; the same step gives the same ones."""


def prepare_plain(features: GraftFeatures, reader: ImageReader, rows: np.ndarray) -> np.ndarray:
    """Announces that `plain` will be asked for int [n] rows; returns those that are readable."""
    return reader.readable(rows, lambda some: features.prepare([(some, None)]))[0]


class LiveFeatures:
    """Features computed anew for every batch: no disk, fresh augmentation, slow."""

    def __init__(
        self,
        blocks_in: Callable[[str], FrozenBlocks],
        preprocessing: Preprocessing,
        augmentation: Augmentation,
        reader: ImageReader,
        seed: int,
        *,
        precision: str = FULL_PRECISION,
    ):
        """Prepares nothing yet.

        Args:
          blocks_in: Function that gives the frozen blocks 0…graft_after, from float32
            [n, height, width, 3] to [n, h, w, c], in a precision.
          preprocessing: Preprocessing of the trunk.
          augmentation: Augmentation of the training images.
          reader: Reads the images.
          seed: Seed of the augmentation.
          precision: Precision that the blocks compute augmented images in; others are in float32.
        """
        self.reader, self.augmentation, self.seed = reader, augmentation, seed
        self.precision = precision
        blocks = not_alone(blocks_in(FULL_PRECISION))
        augmented_blocks = (
            blocks if precision == FULL_PRECISION else not_alone(blocks_in(precision))
        )

        size = [reader.height, reader.width, 3]
        batch = tf.TensorSpec([None, *size], tf.uint8)
        one_seed, seeds = tf.TensorSpec([2], tf.int32), tf.TensorSpec([None, 2], tf.int32)

        def features(images: tf.Tensor, blocks: FrozenBlocks = blocks) -> tf.Tensor:
            return blocks(preprocessing.scale(images))

        self._plain = tf.function(features, input_signature=[batch], autograph=False)
        self._augmented = tf.function(
            lambda images, seed: features(
                augmentation(images, tf.random.split(seed, tf.shape(images)[0])), augmented_blocks
            ),
            input_signature=[batch, one_seed],
            autograph=False,
        )
        self._views = tf.function(
            lambda images, seeds: features(augmentation(images, seeds), augmented_blocks),
            input_signature=[batch, seeds],
            autograph=False,
        )

    def prepare(self, draws: Iterable[tuple[np.ndarray, int | None]]) -> None:
        pass

    def plain(self, rows: np.ndarray) -> tf.Tensor:
        return self._plain(tf.constant(self.reader.read(rows)))

    def augmented(self, rows: np.ndarray, step: int) -> tf.Tensor:
        return self._augmented(tf.constant(self.reader.read(rows)), tf.constant([self.seed, step]))

    def views(self, rows: np.ndarray, seeds: np.ndarray) -> tf.Tensor:
        """Features of images that are augmented each by a seed of its own, int32 [n, 2]."""
        return self._views(tf.constant(self.reader.read(rows)), tf.constant(seeds))


class CachedFeatures:
    """Features in some augmented views of each image, computed once and kept as float16.

    A view depends on its image, the augmentation and the seed alone: whatever tasks hold
    the image share it, and what did not fit the cache is the same when computed again.
    """

    def __init__(self, live: LiveFeatures, cache: FeatureCache, *, views: int):
        """Prepares nothing yet.

        Args:
          live: Computes the features.
          cache: The shelf of the trunk's fingerprint at the graft point.
          views: Augmented views of each image, besides the unchanged one.
        """
        self._live, self._cache, self._count = live, cache, views + 1
        made_from = [dataclasses.asdict(live.augmentation), live.seed, live.precision]
        self._variation = json.dumps(made_from, sort_keys=True)

    def prepare(self, draws: Iterable[tuple[np.ndarray, int | None]]) -> None:
        self._fill(cell for draw in draws for cell in self._cells(*draw))

    def plain(self, rows: np.ndarray) -> tf.Tensor:
        return self._read(self._cells(rows, None))

    def augmented(self, rows: np.ndarray, step: int) -> tf.Tensor:
        return self._read(self._cells(rows, step))

    def _cells(self, rows: np.ndarray, step: int | None) -> list[tuple[int, int]]:
        """(row, view) of each image; view 0 is the unchanged one."""
        if step is None:
            return [(row, 0) for row in rows.tolist()]
        random = np.random.default_rng([self._live.seed, 3, step])
        views = random.integers(self._count, size=len(rows))
        return list(zip(rows.tolist(), views.tolist(), strict=True))

    def _key(self, row: int, view: int) -> bytes:
        """16 bytes that stand for all that a view's features depend on, save the trunk."""
        variation = f"{self._variation} {view}" if view else ""
        digest = hashlib.blake2b(self._live.reader.contents[row].tobytes(), digest_size=16)
        digest.update(variation.encode())
        return digest.digest()

    def _fill(self, cells: Iterable[tuple[int, int]]) -> None:
        """Caches what is not cached yet, by this job or another."""
        by_key = {self._key(*cell): cell for cell in cells}
        self._cache.fill(
            list(by_key),
            lambda keys: self._compute([by_key[key] for key in keys]),
            description="Features at the graft point",
        )

    def _read(self, cells: list[tuple[int, int]]) -> tf.Tensor:
        self._fill(cells)
        kept = [self._cache.read(self._key(*cell)) for cell in cells]
        arrays = {n: array for n, array in enumerate(kept) if array is not None}
        if left_out := [n for n in range(len(cells)) if n not in arrays]:
            computed = self._compute([cells[n] for n in left_out])
            arrays.update(zip(left_out, computed, strict=True))
        return tf.cast(tf.constant(np.stack([arrays[n] for n in range(len(cells))])), tf.float32)

    def _compute(self, cells: list[tuple[int, int]]) -> np.ndarray:
        """float16 [n, h, w, c] of (row, view) pairs; a view's key is also its seed."""
        rows, views = np.array(cells).T
        seeds = np.array([np.frombuffer(self._key(*cell), np.int32)[:2] for cell in cells])
        unchanged, augmented = np.flatnonzero(views == 0), np.flatnonzero(views)
        parts = [self._live.plain(rows[some]) for some in _batches(unchanged)]
        parts += [self._live.views(rows[some], seeds[some]) for some in _batches(augmented)]
        features = np.concatenate([tf.cast(part, tf.float16).numpy() for part in parts])
        return features[np.argsort(np.concatenate([unchanged, augmented]))]


def _batches(chosen: np.ndarray) -> list[np.ndarray]:
    return [chosen[start : start + _BATCH] for start in range(0, len(chosen), _BATCH)]
