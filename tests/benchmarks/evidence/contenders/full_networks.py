"""A whole InceptionV3 for every attribute, fine-tuned on the photos that are labelled for it."""

from typing import Any

from tests.benchmarks.evidence.contenders import joint
from tests.benchmarks.evidence.networks import Network
from tests.benchmarks.evidence.search import Scores
from tests.benchmarks.evidence.separate import train_separately
from tests.benchmarks.evidence.setting import Setting

RECIPES: list[dict[str, Any]] = joint.RECIPES
LENGTH = 25


def train(setting: Setting, recipe: dict[str, Any], length: int) -> Scores:
    """Trains one network after the other and scores; `length` in steps of each."""
    return train_separately(
        setting,
        recipe,
        length,
        lambda shape, setting: Network(shape, 1, setting.preprocessing, setting.initial_weights),
        added=lambda network: network.variables,
        computed_from=lambda shape: 0,
    )
