"""The paper's Table 3: false positives among the highest scores, by branch shape.

    python -m tests.benchmarks.top_scores --workspace=W --task=child --count=50,100,200

Scores every test image of each task with every branch of the task that goes on the trunk, and
prints a table with a row per shape and its averages over branches of that shape (of other seeds);
of several tasks the mean too. The last line has it all as JSON.
"""

import collections
from collections.abc import Iterable, Sequence

import numpy as np
import tensorflow as tf
from absl import flags
from sklearn.metrics import roc_auc_score

from graftnet_tf.evaluation import metrics
from graftnet_tf.training.batched_inference import in_batches
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell
from serving.composition.parts import LoadedBranch, LoadedTrunk, load_branch, load_trunk
from tests.benchmarks.decoded_images import decode_all

TASK = flags.DEFINE_list("task", None, "Binary tasks.", required=True)
TRUNK = flags.DEFINE_string("trunk", None, "Version of the trunk; the newest by default.")
COUNT = flags.DEFINE_list("count", ["50", "100", "200"], "Lengths of the lists of highest scores.")

Row = dict[str, float]


def main() -> None:
    workspace = shell.open_workspace()
    trunk = load_trunk(workspace, TRUNK.value or workspace.newest("trunks"))
    counts = [int(count) for count in COUNT.value]
    tables = {name: _measure(workspace, trunk, name, counts) for name in TASK.value}
    for name, table in tables.items():
        print(_markdown(name, table))
    means = {
        shape: _mean(table[shape] for table in tables.values() if shape in table)
        for shape in {shape: None for table in tables.values() for shape in table}
    }
    if len(tables) > 1:
        print(_markdown(f"mean of {len(tables)} tasks", means))
    shell.print_json({"tasks": tables, "mean": means})


def _measure(
    workspace: Workspace, trunk: LoadedTrunk, name: str, counts: Sequence[int]
) -> dict[str, Row]:
    """Figures of one task by shape, each the mean over the branches of that shape."""
    branches = [
        branch
        for version in workspace.versions("branches", name)
        if (branch := load_branch(workspace, name, version)).trunk_version == trunk.version
    ]
    labels, scores = _scores(workspace, trunk, workspace.task(name), branches)
    rows = collections.defaultdict(list)
    for branch, found in zip(branches, scores.T, strict=True):
        rows[_shape(branch)].append(
            {
                "positives": int(labels.sum()),
                "images": len(labels),
                **{f"top {n}": metrics.false_positives_at_top(labels, found, n) for n in counts},
                "AUC": float(roc_auc_score(labels, found)),
                "parameters": sum(int(np.prod(v.shape)) for v in branch.model.captured),
            }
        )
    return {shape: _mean(some) for shape, some in rows.items()}


def _scores(
    workspace: Workspace, trunk: LoadedTrunk, task: Task, branches: Sequence[LoadedBranch]
) -> tuple[np.ndarray, np.ndarray]:
    """Labels bool [M] and scores float32 [M, branches] of a task's readable test images."""
    shown = {
        workspace.image_path(example.image): example.label == 1
        for example in workspace.examples(task.name, "test")
    }
    images = decode_all(list(shown), Trunk.open(workspace, trunk.version).preprocessing)

    def scored(rows: np.ndarray) -> np.ndarray:
        prepare, taps = (trunk.model.signatures[name] for name in ("preprocess", "taps"))
        features = taps(**prepare(images=tf.constant(images.images[rows])))
        found = [
            branch.model.signatures["scores"](features=features[f"block{branch.graft_after}"])
            for branch in branches
        ]
        return np.stack([answer["scores"].numpy()[:, 1] for answer in found], axis=1)

    parts = in_batches(scored, np.arange(len(images.images)), description=task.name)
    return np.array([shown[path] for path in images.rows]), np.concatenate(list(parts))


def _shape(branch: LoadedBranch) -> str:
    reduced = f", 1×1 to {branch.reduction}" if branch.reduction else ""
    return f"blocks {branch.graft_after + 1}…{branch.last_block}{reduced}, {branch.pooling}"


def _mean(rows: Iterable[Row]) -> Row:
    """The mean of each column."""
    some = list(rows)
    return {column: float(np.mean([row[column] for row in some])) for column in some[0]}


def _markdown(title: str, table: dict[str, Row]) -> str:
    columns = list(next(iter(table.values()), {}))
    lines = [[title, *columns], ["---"] * (len(columns) + 1)]
    lines += [
        [shape, *(f"{row[column]:.4g}" for column in columns)] for shape, row in table.items()
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


if __name__ == "__main__":
    shell.run(main)
