"""Branches by the default recipe, trained on what arms chose."""

import dataclasses
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.train import train_branches
from graftnet_tf.evaluation.batch_scoring import score_files
from graftnet_tf.evaluation.local_predictor import LocalPredictor
from graftnet_tf.workspace.tasks import Example, Task, write_task
from graftnet_tf.workspace.workspace import Workspace
from serving.composition.compose import compose
from tests.benchmarks.label_efficiency.annotated import Annotated
from tests.benchmarks.label_efficiency.rounds import TEST_FRACTION, course, rounds_of
from tests.benchmarks.label_efficiency.screening import ALL


def train(
    scratch: Workspace,
    source: Workspace,
    people: Annotated,
    tasks: Sequence[str],
    arms: Sequence[str],
    seed: int,
) -> dict[str, Any]:
    """AUCs of branches as `screening.screen` has those of probes.

    Args:
      scratch: Workspace with the trunk and none of the tasks.
      source: Workspace of the images.
      people: Whose labels are known.
      tasks: Tasks to train branches of.
      arms: Names of the arms.
      seed: Of the draws.
    """
    archive, tested = people.sides(TEST_FRACTION, seed)
    rounds = rounds_of(people, seed)
    results: dict[str, Any] = {}
    places: dict[str, tuple[str, str, int]] = {}  # by branch: task, arm, round
    for number, task in enumerate(tasks):
        truth = people.labels[:, people.names.index(task)]
        results[f"{task} {seed}"] = {"share": float(truth.mean()), "rounds": rounds}
        lists = {(ALL, 0): archive}
        for arm in arms:
            found = course(people, task, arm, seed)
            lists |= {(arm, place): rows for place, rows in enumerate(found.labelled)}
            results[f"{task} {seed}"][arm] = {"auc": [], "positives": found.positives}
        for (arm, place), rows in lists.items():
            name = f"task_{number}_{len(places)}"
            places[name] = (task, arm, place)
            _write(scratch, source, people, name, rows, truth)
    config = dataclasses.replace(BranchConfig(), seed=seed)
    for _ in train_branches(scratch, dict.fromkeys(places, config)):
        pass
    predictor = LocalPredictor(scratch.path("serving", "graftnet", compose(scratch)))
    paths = [source.image_path(people.images[row]) for row in tested]
    scores = score_files(predictor, paths, batch=32).scores
    for name, (task, arm, _) in places.items():
        truth = people.labels[tested, people.names.index(task)]
        auc = float(roc_auc_score(truth, scores[name]))
        one = results[f"{task} {seed}"]
        if arm == ALL:
            one[ALL] = auc
        else:
            one[arm]["auc"].append(auc)
    return results


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
