"""Branches on a trunk that the dynamic graph trained (paper 3.1 to 3.3)."""

from typing import Any

from tests.benchmarks.evidence import grafting
from tests.benchmarks.evidence.search import Scores
from tests.benchmarks.evidence.setting import Setting

RECIPES: list[dict[str, Any]] = [
    {"steps": 25, "graft_after": 4},
    {"steps": 50, "graft_after": 4},
    {"steps": None, "graft_after": 4},  # by passes, as the library does
]
LENGTH = 100


def train(setting: Setting, recipe: dict[str, Any], length: int) -> Scores:
    """Trains, composes and scores; `length` in steps of the trunk."""
    return grafting.train_grafted(setting, recipe, trunk_steps=length)
