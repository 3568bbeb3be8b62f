"""A logistic regression for every attribute on features of the public InceptionV3, frozen."""

import dataclasses
import time
from typing import Any

import numpy as np
import tensorflow as tf

from graftnet_tf.models import weights
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.pooling import pooling
from graftnet_tf.training import linear_probe
from tests.benchmarks.evidence.photos import UNKNOWN, Photos
from tests.benchmarks.evidence.search import Scores
from tests.benchmarks.evidence.setting import Setting

RECIPES: list[dict[str, Any]] = [
    {"taps": ["block4", "block7", "block8"], "pooling": "gap"},
    {"taps": ["block8"], "pooling": "bands"},
    {"taps": ["block10"], "pooling": "gap"},
]
LENGTH = 1  # of the regularisation: scikit-learn's C in thousandths


def train(setting: Setting, recipe: dict[str, Any], length: int) -> Scores:
    """Fits and scores."""
    started = time.process_time()
    division = setting.division
    blocks = Blocks(0, max(int(tap.removeprefix("block")) for tap in recipe["taps"]))
    weights.initialise(blocks, setting.initial_weights)
    pool = pooling(recipe["pooling"])

    def features(photos: Photos) -> np.ndarray:
        def pooled(images: tf.Tensor) -> tf.Tensor:
            taps = blocks.taps(setting.preprocessing.scale(images))
            return tf.concat([pool(taps[name]) for name in recipe["taps"]], axis=1)

        return photos.each(pooled)

    parts = [features(part) for part in (division.train, division.validation, division.test)]
    scores = probe(division.train, *parts, strength=1e-3 * length)
    seconds = time.process_time() - started
    return dataclasses.replace(
        scores, cpu_seconds=seconds, cpu_seconds_per_label=seconds / len(setting.names)
    )


def probe(
    photos: Photos,
    train: np.ndarray,
    validation: np.ndarray,
    test: np.ndarray,
    *,
    strength: float,
) -> Scores:
    """Probes on features float32 [N, D] of the training, validation and test photos.

    What it took is left at 0, since the features cost more.
    """
    scores = []
    for column in range(len(photos.names)):
        known = photos.labels[:, column] != UNKNOWN
        kernel, bias = linear_probe.fit(
            train[known], photos.labels[known, column], 2, strength=strength
        )
        scores.append(
            [tf.nn.softmax(some @ kernel + bias)[:, 1].numpy() for some in (validation, test)]
        )
    length = train.shape[1]
    return Scores(
        *(np.stack(some, axis=1) for some in zip(*scores, strict=True)),
        cpu_seconds=0.0,
        cpu_seconds_per_label=0.0,
        bytes_per_label=4 * (length + 1),
        multiply_adds_per_label=length,
    )
