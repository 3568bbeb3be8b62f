"""A network for every attribute, each trained on the photos that are labelled for it."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tests.benchmarks.evidence.networks import Network, Shape
from tests.benchmarks.evidence.search import Scores
from tests.benchmarks.evidence.setting import Setting


def train_separately(
    setting: Setting,
    recipe: dict[str, Any],
    length: int,
    make: Callable[[Shape, Setting], Network],
    *,
    added: Callable[[Network], Sequence[tf.Variable]],
    computed_from: Callable[[Shape], int],
) -> Scores:
    """Trains one network after the other and scores.

    Args:
      setting: Setting.
      recipe: Its `shape` and `learning_rate`.
      length: Steps of each.
      make: Makes a network of one attribute.
      added: What of a network is stored for its attribute alone.
      computed_from: The first block that is computed for an attribute alone.
    """
    shape, seconds = Shape(**recipe["shape"]), 0.0
    validation, test = [], []
    for name in setting.names:
        started = time.process_time()
        photos = setting.division.train.of((name,))
        network = make(shape, setting)
        network.start_head(photos)
        network.train(
            photos, steps=length, learning_rate=recipe["learning_rate"], seed=setting.seed
        )
        seconds += time.process_time() - started
        validation.append(network.scores(setting.division.validation))
        test.append(network.scores(setting.division.test))
    return Scores(
        np.concatenate(validation, axis=1),
        np.concatenate(test, axis=1),
        cpu_seconds=seconds,
        cpu_seconds_per_label=seconds / len(setting.names),
        bytes_per_label=4 * sum(math.prod(variable.shape) for variable in added(network)),
        multiply_adds_per_label=setting.multiply_adds(computed_from(shape), shape.last_block),
    )
