"""Test AUC of trunks and branches that were trained in float32 and in bfloat16, seed by seed.

    python -m tests.benchmarks.precision_auc --workspace=W --task=hat,bag \
        --initial_weights=FILE.npz --scratch=DIR [--seeds=0,1,2]

Of each seed, in either precision: a trunk of all tasks, their branches, and their composition in
float32, evaluated on the workspace's test data. What is alike in both (the data, their order, the
augmentation, where it starts) is alike by the seed; branches do not share a cache. A run that was
killed goes on. Prints one JSON object: AUC of each attribute, their differences (bfloat16 less
float32, mean over the seeds, beside the standard deviation of float32 over the seeds), seconds.
"""

import json
import os

import numpy as np
import tensorflow as tf
from absl import flags

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.train import train_branches
from graftnet_tf.evaluation.evaluate import evaluate
from graftnet_tf.io import atomic_files
from graftnet_tf.models.precision import BFLOAT16
from graftnet_tf.models.saved_model import FULL_PRECISION
from graftnet_tf.trunk.pretraining import TrunkConfig, train_trunk
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell
from serving.composition.compose import compose

TASK = flags.DEFINE_list("task", None, "Tasks to train on.", required=True)
INITIAL_WEIGHTS = flags.DEFINE_string("initial_weights", None, "Of the trunk.", required=True)
SCRATCH = flags.DEFINE_string("scratch", None, "Local directory to work in.", required=True)
SEEDS = flags.DEFINE_list("seeds", ["0", "1", "2"], "Seeds of the trainings.")
HEIGHT = flags.DEFINE_integer("height", 160, "Input height in pixels.", lower_bound=75)
WIDTH = flags.DEFINE_integer("width", 80, "Input width in pixels.", lower_bound=75)
STEPS = flags.DEFINE_integer("steps", 300, "Of the trunk.", lower_bound=1)
BRANCH_STEPS = flags.DEFINE_integer("branch_steps", 150, "Of each branch.", lower_bound=1)
TRAIN_FROM = flags.DEFINE_integer("train_from", 3, "First block of the trunk that is trained.")

_PRECISIONS = (FULL_PRECISION, BFLOAT16)


def main() -> None:
    source = shell.open_workspace()
    runs = {
        precision: [_run(source, precision, int(seed)) for seed in SEEDS.value]
        for precision in _PRECISIONS
    }
    names = list(runs[FULL_PRECISION][0]["auc"])
    areas = {
        precision: np.array([[run["auc"][name] for name in names] for run in some])
        for precision, some in runs.items()
    }
    exact, rounded = areas[FULL_PRECISION], areas[BFLOAT16]
    shell.print_json(
        {
            "auc": {
                p: dict(zip(names, a.round(4).T.tolist(), strict=True)) for p, a in areas.items()
            },
            "mean_auc": {p: a.mean(axis=1).round(4).tolist() for p, a in areas.items()},
            "difference": dict(
                zip(names, (rounded - exact).mean(axis=0).round(4).tolist(), strict=True)
            ),
            "deviation": dict(zip(names, exact.std(axis=0, ddof=1).round(4).tolist(), strict=True)),
            "mean_difference": round(float((rounded - exact).mean()), 4),
            "trunk_seconds": {
                p: [run["trunk_seconds"] for run in some] for p, some in runs.items()
            },
        }
    )


def _run(source: Workspace, precision: str, seed: int) -> dict:
    """AUC by attribute, and the trunk's seconds; kept once it is there."""
    directory = os.path.join(SCRATCH.value, f"{precision}-{seed}")
    kept = os.path.join(directory, "result.json")
    if tf.io.gfile.exists(kept):
        with tf.io.gfile.GFile(kept) as file:
            return json.load(file)
    if not os.path.isdir(directory):
        os.makedirs(directory)
        for name in ("tasks", "images"):
            os.symlink(os.path.abspath(source.path(name)), os.path.join(directory, name))
    workspace = Workspace(directory)
    trunk = TrunkConfig(
        height=HEIGHT.value,
        width=WIDTH.value,
        initial_weights=INITIAL_WEIGHTS.value,
        steps=STEPS.value,
        train_from=TRAIN_FROM.value,
        precision=precision,
        seed=seed,
    )
    branch = BranchConfig(steps=BRANCH_STEPS.value, precision=precision, seed=seed)
    if not workspace.versions("trunks"):
        train_trunk(workspace, trunk, tasks=TASK.value)
    left = [name for name in TASK.value if not workspace.versions("branches", name)]
    for _ in train_branches(workspace, dict.fromkeys(left, branch)):
        pass
    model = workspace.path("serving", "graftnet", compose(workspace, tasks=TASK.value))
    result = {
        "auc": {a.name: a.auc for a in evaluate(workspace, model, tasks=TASK.value).attributes},
        "trunk_seconds": manifest.read(workspace.path("trunks", "0001"))["seconds"],
    }
    atomic_files.write_text(kept, json.dumps(result))
    return result


if __name__ == "__main__":
    shell.run(main)
