"""Branches on a trunk of EfficientNet-Lite0: `--features=FILE.pth`, its public weights."""

import dataclasses
from typing import Any

from graftnet_tf.models.backbones import backbone_named
from tests.benchmarks.evidence import grafting
from tests.benchmarks.evidence.search import Scores
from tests.benchmarks.evidence.setting import Setting

_BACKBONE = "efficientnet_lite0"
RECIPES: list[dict[str, Any]] = [
    {"steps": 25, "graft_after": 13},
    {"steps": 25, "graft_after": 8},
    {"steps": 50, "graft_after": 8},
]
LENGTH = 100


def train(setting: Setting, recipe: dict[str, Any], length: int) -> Scores:
    """Trains, composes and scores; `length` in steps of the trunk."""
    low, high = backbone_named(_BACKBONE).value_range
    own = dataclasses.replace(
        setting,
        backbone=_BACKBONE,
        initial_weights=setting.outside_model,
        preprocessing=dataclasses.replace(setting.preprocessing, low=low, high=high),
    )
    return grafting.train_grafted(own, recipe, trunk_steps=length)
