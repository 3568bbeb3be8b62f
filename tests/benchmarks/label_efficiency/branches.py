"""Branches by the default recipe, trained on what arms chose."""

import os
import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.train import train_branches
from graftnet_tf.evaluation.batch_scoring import score_files
from graftnet_tf.evaluation.local_predictor import LocalPredictor
from graftnet_tf.workspace.cache_directory import default_cache_directory
from graftnet_tf.workspace.tasks import Example, Task, write_task
from graftnet_tf.workspace.workspace import Workspace
from serving.composition.compose import compose
from tests.benchmarks.label_efficiency.annotated import Annotated
from tests.benchmarks.label_efficiency.rounds import TEST_FRACTION, course, rounds_of
from tests.benchmarks.label_efficiency.screening import ALL

ROUNDS = (100, 200, 400)


def train(
    workspace: Workspace, people: Annotated, task: str, arms: Sequence[str], seed: int
) -> dict[str, Any]:
    """What branches of one task come to, as `screening.screen` tells it of probes.

    Args:
      workspace: Workspace of the images, with a trunk.
      people: Whose labels are known.
      task: Whose branches are trained, one on what each arm had after each of `ROUNDS`.
      arms: Names of the arms.
      seed: Of the draws and of the training.
    """
    archive, tested = people.sides(TEST_FRACTION, seed)
    truth = people.labels[:, people.names.index(task)]
    rounds = rounds_of(people, seed)
    learnt = {ALL: archive}
    results: dict[str, Any] = {
        "share": float(truth.mean()),
        "rounds": list(ROUNDS),
        "archive": len(archive),
    }
    for number, arm in enumerate(arms):
        found = course(people, task, arm, seed)
        at = [rounds.index(total) for total in ROUNDS]
        learnt |= {f"arm_{number}_{total}": found.labelled[rounds.index(total)] for total in ROUNDS}
        results[arm] = {"positives": [found.positives[place] for place in at]}
    with tempfile.TemporaryDirectory(dir=workspace.root) as folder:
        scratch = Workspace(folder)
        os.symlink(os.path.abspath(workspace.path("trunks")), scratch.path("trunks"))
        names = {key: key.replace(" ", "_") for key in learnt}
        for key, rows in learnt.items():
            _write(scratch, workspace, people, names[key], rows, truth)
        config = BranchConfig(seed=seed)
        cache = default_cache_directory(workspace.root)
        for _ in train_branches(
            scratch, dict.fromkeys(names.values(), config), cache_directory=cache
        ):
            pass
        predictor = LocalPredictor(scratch.path("serving", "graftnet", compose(scratch)))
        paths = [workspace.image_path(people.images[row]) for row in tested]
        scores = score_files(predictor, paths, batch=32).scores
    aucs = {key: float(roc_auc_score(truth[tested], scores[names[key]])) for key in learnt}
    for number, arm in enumerate(arms):
        results[arm]["auc"] = [aucs[f"arm_{number}_{total}"] for total in ROUNDS]
    return {**results, ALL: aucs[ALL]}


def _write(
    scratch: Workspace,
    source: Workspace,
    people: Annotated,
    name: str,
    rows: np.ndarray,
    truth: np.ndarray,
) -> None:
    examples = [
        Example(
            os.path.abspath(source.image_path(people.images[row])),
            int(truth[row]),
            str(people.groups[row]),
        )
        for row in rows
    ]
    write_task(scratch.path("tasks", name), Task.binary(name), {"train": examples})
