"""A whole InceptionV3 for every attribute, fine-tuned on the photos that are labelled for it."""

import math
import time
from typing import Any

import numpy as np

from tests.benchmarks.evidence.contenders import joint
from tests.benchmarks.evidence.networks import Network, Shape
from tests.benchmarks.evidence.search import Scores
from tests.benchmarks.evidence.setting import Setting

RECIPES: list[dict[str, Any]] = joint.RECIPES
LENGTH = 50


def train(setting: Setting, recipe: dict[str, Any], length: int) -> Scores:
    """Trains one network after the other and scores; `length` in steps of each."""
    shape, seconds = Shape(**recipe["shape"]), 0.0
    validation, test = [], []
    for name in setting.names:
        started = time.process_time()
        photos = setting.division.train.of((name,))
        network = Network(shape, 1, setting.preprocessing, setting.initial_weights)
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
        bytes_per_label=4 * sum(math.prod(variable.shape) for variable in network.variables),
        multiply_adds_per_label=setting.multiply_adds(0, shape.last_block),
    )
