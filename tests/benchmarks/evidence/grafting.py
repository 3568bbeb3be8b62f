"""GraftNet as its users have it: a trunk, a branch for every attribute, one composed model."""

import dataclasses
import os
import time
from typing import Any

import numpy as np
import tensorflow as tf

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.train import train_branches
from graftnet_tf.evaluation.batch_scoring import score_files
from graftnet_tf.evaluation.local_predictor import LocalPredictor
from graftnet_tf.io import atomic_files
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk.pretraining import TrunkConfig, train_trunk
from graftnet_tf.workspace.example import Example
from graftnet_tf.workspace.tasks import Task, write_task
from graftnet_tf.workspace.workspace import Workspace
from serving.composition.compose import compose
from tests.benchmarks.evidence.photos import UNKNOWN
from tests.benchmarks.evidence.search import Scores
from tests.benchmarks.evidence.setting import Setting

TRUNK = TrunkConfig(
    train_from=5, last_block=8, optimization=Optimization(learning_rate=2e-4, ema=0.99)
)
BRANCH = BranchConfig(
    graft_after=7,
    last_block=8,
    pooling="bands",
    steps=150,
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
    workspace = _workspace(setting, f"trunk-{trunk_steps}")
    cost = workspace.path(_COST)
    if not tf.io.gfile.exists(cost):
        started = time.process_time()
        config = dataclasses.replace(
            TRUNK,
            height=setting.preprocessing.height,
            width=setting.preprocessing.width,
            initial_weights=setting.initial_weights,
            steps=trunk_steps,
            seed=setting.seed,
        )
        train_trunk(workspace, config)
        atomic_files.write_json(cost, time.process_time() - started)
    branch_config = dataclasses.replace(BRANCH, seed=setting.seed, **branch)
    started = time.process_time()
    versions = dict(train_branches(workspace, dict.fromkeys(setting.names, branch_config)))
    seconds = time.process_time() - started
    predictor = LocalPredictor(workspace.path("serving", "graftnet", compose(workspace)))

    def scores(paths: np.ndarray) -> np.ndarray:
        columns = score_files(predictor, paths.tolist(), batch=32).scores
        return np.stack([columns[name] for name in setting.names], axis=1)

    return Scores(
        scores(setting.division.validation.paths),
        scores(setting.division.test.paths),
        cpu_seconds=atomic_files.read_json(cost) + seconds,
        cpu_seconds_per_label=seconds / len(versions),
        bytes_per_label=max(_stored(workspace, *pair) for pair in versions.items()),
        multiply_adds_per_label=setting.multiply_adds(
            branch_config.graft_after + 1, BRANCH.last_block
        ),
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
