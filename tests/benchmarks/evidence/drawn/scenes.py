"""The drawn tasks: 16 of some 2,000 training crops each, and pools of rare labels' negatives."""

import functools
from typing import Any

from graftnet_tf.lift_scenes.dataset.attribute_tasks import ATTRIBUTE_TASKS
from graftnet_tf.lift_scenes.dataset.sub_datasets import write_tasks
from graftnet_tf.workspace.tasks import SPLITS, class_counts
from graftnet_tf.workspace.workspace import Workspace
from tests.benchmarks.evidence.drawn.label_plan import NEW_LABELS
from tests.benchmarks.evidence.drawn.setting import Setting
from tests.benchmarks.evidence.drawn.spoiling import spoil_task

SIZE = (256, 144)  # of snapshots, width and height: a passenger is some 90 pixels tall
SNAPSHOTS, POOL_SNAPSHOTS = 925, 2800  # of a task, up to three crops each
TEST_FRACTION = 0.2
POOL = "pool"  # a workspace in the workspace
_SEED, _POOL_SEED = 1, 2


def draw(setting: Setting) -> None:
    """Draws the 16 tasks, and more crops of the labels that mining is tried on; spoils them all."""
    setting.once("draw", functools.partial(_draw, setting.workspace))


def pool(workspace: Workspace) -> Workspace:
    """The workspace that holds the larger tasks."""
    return Workspace(workspace.path(POOL), create=True)


def _draw(workspace: Workspace) -> dict[str, Any]:
    rare = [task for task in ATTRIBUTE_TASKS if task.name in NEW_LABELS]
    counts = {}
    for holder, tasks, snapshots, seed in (
        (workspace, ATTRIBUTE_TASKS, SNAPSHOTS, _SEED),
        (pool(workspace), rare, POOL_SNAPSHOTS, _POOL_SEED),
    ):
        write_tasks(
            holder, tasks, snapshots=snapshots, seed=seed, test_fraction=TEST_FRACTION, size=SIZE
        )
        for task in tasks:
            spoil_task(holder, task.name, seed)
        counts[holder.root] = {
            task.name: {
                split: class_counts(task, holder.examples(task.name, split)) for split in SPLITS
            }
            for task in tasks
        }
    return {"counts": counts}
