"""Branches on the public InceptionV3 as it is: what the paper's Figure 4 compares with."""

from typing import Any

from tests.benchmarks.evidence import grafting
from tests.benchmarks.evidence.search import Scores
from tests.benchmarks.evidence.setting import Setting

RECIPES: list[dict[str, Any]] = [
    {"graft_after": 7},
    {"graft_after": 4},
    {"graft_after": 7, "pooling": "gap"},
]
LENGTH = 25


def train(setting: Setting, recipe: dict[str, Any], length: int) -> Scores:
    """Trains, composes and scores; `length` in steps of each branch."""
    return grafting.train_grafted(setting, {**recipe, "steps": length}, trunk_steps=0)
