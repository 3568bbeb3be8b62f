"""Does `--graft_after=auto` choose as well as the best fixed depth, and at what cost?

    python -m tests.benchmarks.graft_depth --workspace=W --task=hat,boots \
        --depths=4,5,6,7 --last_block=8 --steps=48

Per task: a branch by search among the depths, and one at each depth, all on the newest trunk.
Each is measured on the task's test split, which training and search never see. Prints a line per
branch, then one JSON object.
"""

import functools
import os
import time

import numpy as np
import tensorflow as tf
from absl import flags

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.shape_search.search_config import SearchConfig
from graftnet_tf.branch.train import train_branch
from graftnet_tf.evaluation import metrics
from graftnet_tf.models.saved_model import FULL_PRECISION, saved_model_name
from graftnet_tf.training.loop import Optimization
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell
from pipelines.search_table import search_table
from tests.benchmarks.batched import apply
from tests.benchmarks.decoded_images import decode_all

TASK = flags.DEFINE_list("task", None, "Tasks.", required=True)
DEPTHS = flags.DEFINE_list("depths", ["4", "5", "6", "7"], "Graft points to choose from.")
LAST_BLOCK = flags.DEFINE_integer("last_block", 8, "Last block of every branch.")
STEPS = flags.DEFINE_integer("steps", 48, "Training steps of every branch.")
FIXED = flags.DEFINE_bool("fixed", True, "Train at each depth too.")
VIEWS = flags.DEFINE_integer("views", 1, "Augmented views.")
LEARNING_RATE = flags.DEFINE_float("learning_rate", 2e-4, "Peak learning rate.")
SEARCH_COST = flags.DEFINE_float("search_cost", SearchConfig.cost, "As of train_branch.")


class TestImages:
    """The test split of a task: what its branches are measured on."""

    def __init__(self, workspace: Workspace, trunk: Trunk, task: str):
        examples = workspace.examples(task, "test")
        paths = sorted({workspace.image_path(example.image) for example in examples})
        decoded = decode_all(paths, trunk.preprocessing)
        readable = [e for e in examples if workspace.image_path(e.image) in decoded.rows]
        self._rows = np.array([decoded.rows[workspace.image_path(e.image)] for e in readable])
        self._labels = np.array([example.label for example in readable])
        self._task, self._trunk, self._images = workspace.task(task), trunk, decoded.images

    def auc(self, directory: str, graft_after: int) -> float | None:
        """Mean AUC over the attributes of the branch published in `directory`."""
        saved = tf.saved_model.load(os.path.join(directory, saved_model_name(FULL_PRECISION)))
        scores = apply(
            lambda inputs: saved.signatures["scores"](features=inputs)["scores"],
            self._features(graft_after).__getitem__,
            np.arange(len(self._rows)),
            description="Test",
        )
        columns = [self._task.class_index(attribute) for attribute in self._task.attributes]
        areas = [metrics.auc(self._labels == column, scores[:, column]) for column in columns]
        return metrics.mean_defined(areas)

    @functools.cache  # noqa: B019 - one object per task
    def _features(self, graft_after: int) -> np.ndarray:
        blocks = self._trunk.blocks(0, graft_after)
        scale = self._trunk.preprocessing.scale
        return apply(
            lambda images: blocks(scale(images)),
            self._images.__getitem__,
            self._rows,
            description=f"Test features at block {graft_after}",
        )


def main() -> None:
    workspace = shell.open_workspace()
    trunk = Trunk.open(workspace)
    found = {}
    for task in TASK.value:
        test = TestImages(workspace, trunk, task)
        depths = tuple(map(int, DEPTHS.value))
        found[task] = {"auto": measured(workspace, task, test, depths)}
        for depth in depths if FIXED.value else ():
            found[task][str(depth)] = measured(workspace, task, test, (depth,))
    shell.print_json(found)


def measured(workspace: Workspace, task: str, test: TestImages, depths: tuple[int, ...]) -> dict:
    """Trains a branch, by search where there are several depths; what came of it."""
    config = BranchConfig(
        graft_after=depths[0],
        last_block=LAST_BLOCK.value,
        steps=STEPS.value,
        views=VIEWS.value,
        optimization=Optimization(learning_rate=LEARNING_RATE.value, ema=0.95),
        seed=shell.SEED.value,
    )
    search = SearchConfig(depths, cost=SEARCH_COST.value) if len(depths) > 1 else None
    started = time.monotonic()
    version = train_branch(
        workspace, task, config, search=search, cache_directory=workspace.path("cache")
    )
    seconds = round(time.monotonic() - started, 1)
    directory = workspace.version_dir("branches", task, version)
    record = manifest.read(directory)
    if search:
        print(search_table(record["search"]), flush=True)
    result = {
        "graft_after": record["graft_after"],
        "validation_auc": metrics.mean_defined(record["metrics"]["validation_auc"].values()),
        "test_auc": test.auc(directory, record["graft_after"]),
        "seconds": seconds,
        "search": record.get("search"),
    }
    print(task, "auto" if search else "fixed", {**result, "search": None}, flush=True)
    return result


if __name__ == "__main__":
    shell.run(main)
