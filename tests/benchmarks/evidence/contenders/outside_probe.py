"""A logistic regression for every attribute on features of a model that is not ours, frozen.

EfficientNet-Lite0, DINOv2, SigLIP, …: `--features=SAVEDMODEL|FILE.onnx`.
"""

import dataclasses
import time
from typing import Any

from tests.benchmarks.evidence.contenders.public_probe import probe
from tests.benchmarks.evidence.outside_models import features
from tests.benchmarks.evidence.search import Scores
from tests.benchmarks.evidence.setting import Setting

RECIPES: list[dict[str, Any]] = [{"strength": 1e-3}, {"strength": 1e-2}, {"strength": 1e-4}]
LENGTH = 1  # times the strength


def train(setting: Setting, recipe: dict[str, Any], length: int) -> Scores:
    """Fits and scores."""
    started, division = time.process_time(), setting.division
    parts = [
        features(setting.outside_model, part, setting.peer_python)
        for part in (division.train, division.validation, division.test)
    ]
    scores = probe(division.train, *parts, strength=recipe["strength"] * length)
    seconds = time.process_time() - started
    return dataclasses.replace(
        scores, cpu_seconds=seconds, cpu_seconds_per_label=seconds / len(setting.names)
    )
