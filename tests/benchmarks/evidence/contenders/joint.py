"""One network with a head for every attribute, trained on all photos with masked losses.

As multi-task classification in mmpretrain (`MultiTaskHead`, whose losses leave out what a photo is
not labelled for), from the same public weights.
"""

import time
from typing import Any

from tests.benchmarks.evidence.networks import Network, Shape
from tests.benchmarks.evidence.search import Scores
from tests.benchmarks.evidence.setting import Setting

RECIPES: list[dict[str, Any]] = [
    {"shape": {}, "learning_rate": 2e-4},
    {"shape": {"batch_statistics": True}, "learning_rate": 2e-4},
    {"shape": {}, "learning_rate": 5e-5},
]
LENGTH = 100


def train(setting: Setting, recipe: dict[str, Any], length: int) -> Scores:
    """Trains and scores; `length` in steps."""
    started = time.process_time()
    network = make(setting, recipe)
    network.start_head(setting.division.train)
    network.train(
        setting.division.train,
        steps=length,
        learning_rate=recipe["learning_rate"],
        seed=setting.seed,
    )
    return scores(setting, network, time.process_time() - started)


def scores(setting: Setting, network: Network, seconds: float) -> Scores:
    """What a network gives that was trained for so many CPU-seconds."""
    kernel, _ = network.head.trainable_variables
    length = int(kernel.shape[0])
    return Scores(
        network.scores(setting.division.validation),
        network.scores(setting.division.test),
        cpu_seconds=seconds,
        cpu_seconds_per_label=seconds,  # all of it is trained again
        bytes_per_label=4 * (length + 1),
        multiply_adds_per_label=length,
    )


def make(setting: Setting, recipe: dict[str, Any]) -> Network:
    """The network before it is trained."""
    shape = Shape(**recipe["shape"])
    return Network(shape, len(setting.names), setting.preprocessing, setting.initial_weights)
