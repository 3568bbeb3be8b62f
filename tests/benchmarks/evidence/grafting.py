"""GraftNet as its users have it: a trunk, a branch for every attribute, one composed model."""

import dataclasses
import os
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.train import train_branches
from graftnet_tf.evaluation.batch_scoring import score_files
from graftnet_tf.evaluation.local_predictor import LocalPredictor
from graftnet_tf.io import atomic_files
from graftnet_tf.models.backbones import backbone_named
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk.pretraining import TrunkConfig, train_trunk
from graftnet_tf.workspace.example import Example
from graftnet_tf.workspace.tasks import Task, write_task
from graftnet_tf.workspace.workspace import Workspace
from serving.composition.compose import compose
from tests.benchmarks.evidence.photos import UNKNOWN
from tests.benchmarks.evidence.search import Scores
from tests.benchmarks.evidence.setting import Setting

_OPTIMIZATION = Optimization(learning_rate=2e-4, ema=0.99)
TRUNKS = {
    trunk.backbone: trunk
    for trunk in (
        TrunkConfig(train_from=5, last_block=8, optimization=_OPTIMIZATION),
        TrunkConfig("efficientnet_lite0", train_from=9, last_block=16, optimization=_OPTIMIZATION),
    )
}
BRANCH = BranchConfig(
    pooling="bands",
    steps=150,
    balanced_batches=False,  # other contenders weigh classes in the loss
    optimization=Optimization(learning_rate=2e-4, ema=0.98),
    validation=0.03,  # thresholds are chosen on the validation photos, as all contenders' are
)
_COST = "trunk_cpu_seconds.json"


def train_grafted(setting: Setting, branch: dict[str, Any], *, trunk_steps: int) -> Scores:
    """Trains a trunk, unless an earlier trial did, and branches on it; composes; scores.

    Args:
      setting: Setting.
      branch: What differs from `BRANCH`.
      trunk_steps: Steps of the dynamic graph; 0 for the public trunk.
    """
    grafted = Grafted(setting, branch, trunk_steps, setting.names, f"trunk-{trunk_steps}")
    return grafted.train(setting.names)


class Grafted:
    """A workspace with a trunk; branches of any attributes are added to it."""

    def __init__(
        self,
        setting: Setting,
        branch: dict[str, Any],
        trunk_steps: int,
        trunk_tasks: Sequence[str],
        name: str,
    ):
        """Trains the trunk on some attributes, unless that was done here before.

        Args:
          setting: Setting.
          branch: What differs from `BRANCH`.
          trunk_steps: Steps of the dynamic graph; 0 for the public trunk.
          trunk_tasks: Attributes that it is trained on.
          name: Of the workspace in the setting's scratch directory.
        """
        self._setting, self._workspace = setting, _workspace(setting, name)
        self._branch = dataclasses.replace(BRANCH, seed=setting.seed, **branch)
        cost = self._workspace.path(_COST)
        if not tf.io.gfile.exists(cost):
            started = time.process_time()
            config = dataclasses.replace(
                TRUNKS[setting.backbone],
                height=setting.preprocessing.height,
                width=setting.preprocessing.width,
                initial_weights=setting.initial_weights,
                steps=trunk_steps,
                seed=setting.seed,
            )
            train_trunk(self._workspace, config, tasks=trunk_tasks)
            atomic_files.write_json(cost, time.process_time() - started)
        self._trunk_seconds = atomic_files.read_json(cost)

    def train(self, names: Sequence[str]) -> Scores:
        """Trains branches of some attributes, composes all there are, scores.

        Returns:
          Scores, NaN for attributes that have no branch yet; what it cost is of the trunk and these
          branches.
        """
        started, setting = time.process_time(), self._setting
        versions = dict(train_branches(self._workspace, dict.fromkeys(names, self._branch)))
        seconds = time.process_time() - started
        model = self._workspace.path("serving", "graftnet", compose(self._workspace))
        predictor = LocalPredictor(model)
        trunk = TRUNKS[setting.backbone]
        shaped = self._branch.on(backbone_named(trunk.backbone), trunk.last_block)
        graft_after, last_block = shaped.decided_blocks

        def scores(paths: np.ndarray) -> np.ndarray:
            columns = score_files(predictor, paths.tolist(), batch=32).scores
            missing = np.full(len(paths), np.nan, np.float32)
            return np.stack([columns.get(name, missing) for name in setting.names], axis=1)

        return Scores(
            scores(setting.division.validation.paths),
            scores(setting.division.test.paths),
            cpu_seconds=self._trunk_seconds + seconds,
            cpu_seconds_per_label=seconds / len(versions),
            bytes_per_label=max(_stored(self._workspace, *pair) for pair in versions.items()),
            multiply_adds_per_label=setting.multiply_adds(graft_after + 1, last_block),
        )


def _workspace(setting: Setting, name: str) -> Workspace:
    """A workspace whose tasks are the labels that training photos have."""
    root = os.path.join(setting.scratch, name)
    train = setting.division.train
    workspace = Workspace(root, create=True)
    for column, attribute in enumerate(train.names):
        examples = [
            Example(train.paths[row], int(train.labels[row, column]), str(train.groups[row]))
            for row in np.flatnonzero(train.labels[:, column] != UNKNOWN)
        ]
        directory = workspace.path("tasks", attribute)
        if not tf.io.gfile.exists(directory):
            write_task(directory, Task.binary(attribute), {"train": examples, "test": []})
    return workspace


def _stored(workspace: Workspace, task: str, version: str) -> int:
    """Bytes of a branch's weights."""
    variables = workspace.path("branches", task, version, "saved_model", "variables", "*.data-*")
    return sum(tf.io.gfile.stat(path).length for path in tf.io.gfile.glob(variables))
