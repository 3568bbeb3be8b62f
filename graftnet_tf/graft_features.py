"""The trunk's output at the graft point, for training what comes after it."""

import dataclasses
import hashlib
import json
import os
import uuid
from typing import Protocol

import numpy as np
import tensorflow as tf
from absl import logging

from graftnet_tf.augmentation import Augmentation
from graftnet_tf.blocks import Blocks
from graftnet_tf.files import INCOMING
from graftnet_tf.inference import in_batches
from graftnet_tf.preprocessing import Preprocessing


class GraftFeatures(Protocol):
    """Where branch training takes its batches from."""

    def plain(self, rows: np.ndarray) -> np.ndarray:
        """Features of unchanged pictures: float32 [n, h, w, c] of int [n] rows."""

    def augmented(self, rows: np.ndarray, step: int) -> np.ndarray:
        """Features of augmented pictures; the same step gives the same ones."""


class LiveFeatures:
    """Features computed anew for every batch: no disk, fresh augmentation, slow."""

    def __init__(
        self,
        blocks: Blocks,
        preprocessing: Preprocessing,
        augmentation: Augmentation,
        images: np.ndarray,
        seed: int,
    ):
        """Takes the frozen blocks 0…graft_after and pictures, uint8 [M, h, w, 3]."""
        self.images, self.augmentation, self._seed = images, augmentation, seed
        self._plain = tf.function(
            lambda images: blocks(preprocessing.scale(images)), reduce_retracing=True
        )
        self._augmented = tf.function(
            lambda images, seed: blocks(preprocessing.scale(augmentation(images, seed))),
            reduce_retracing=True,
        )

    def plain(self, rows: np.ndarray) -> np.ndarray:
        return self._plain(tf.constant(self.images[rows])).numpy()

    def augmented(self, rows: np.ndarray, step: int) -> np.ndarray:
        seed = tf.constant([self._seed, step])
        return self._augmented(tf.constant(self.images[rows]), seed).numpy()


class CachedFeatures:
    """Features computed once, in some augmented views, and kept on local disk as float16.

    Tasks over the same pictures, with the same trunk, graft point and augmentation, share
    one file.
    """

    def __init__(
        self, live: LiveFeatures, *, fingerprint: str, views: int, seed: int, directory: str
    ):
        """Opens the cache, making it first where it is not there yet.

        Args:
          live: computes the features.
          fingerprint: of the trunk at the graft point.
          views: augmented views of each picture, besides the unchanged one.
          seed: of the augmentation.
          directory: local.
        """
        self._views, self._seed = views, seed
        made_from = [fingerprint, dataclasses.asdict(live.augmentation), views, seed]
        digest = hashlib.sha256(json.dumps(made_from).encode())
        digest.update(live.images.data)
        path = os.path.join(directory, f"features-{digest.hexdigest()[:16]}.npy")
        if not os.path.exists(path):
            os.makedirs(directory, exist_ok=True)
            _compute(live, views, path)
        self._features = np.load(path, mmap_mode="r")  # [views + 1, M, h, w, c]

    def plain(self, rows: np.ndarray) -> np.ndarray:
        return self._features[0, rows].astype(np.float32)

    def augmented(self, rows: np.ndarray, step: int) -> np.ndarray:
        random = np.random.default_rng([self._seed, 3, step])
        views = random.integers(self._views + 1, size=len(rows))
        return self._features[views, rows].astype(np.float32)


def _compute(live: LiveFeatures, views: int, path: str) -> None:
    count = len(live.images)
    shape = (views + 1, count, *live.plain(np.array([0])).shape[1:])
    logging.info("Caching %.0f MB of features.", 2e-6 * np.prod(shape, dtype=np.float64))
    aside = os.path.join(os.path.dirname(path), f"{INCOMING}{uuid.uuid4().hex}.npy")
    try:
        features = np.lib.format.open_memmap(aside, "w+", np.float16, shape)
        for view in range(views + 1):

            def compute(rows: np.ndarray, view: int = view) -> np.ndarray:
                step = view * count + int(rows[0])
                return live.augmented(rows, step) if view else live.plain(rows)

            done = 0
            for part in in_batches(
                compute, np.arange(count), description=f"Features, view {view} of {views}"
            ):
                features[view, done : done + len(part)] = part
                done += len(part)
        features.flush()
        os.rename(aside, path)
    finally:
        if os.path.exists(aside):
            os.remove(aside)
