"""Single-label sub-datasets of drawn passengers, each task with passengers of its own."""

import functools
import hashlib
import os
import zlib
from collections.abc import Sequence

import numpy as np

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.lift_scenes.dataset.attribute_tasks import label
from graftnet_tf.lift_scenes.dataset.cutting import Cutter, Tally, cut_snapshots
from graftnet_tf.lift_scenes.people.passenger import ATTRIBUTES
from graftnet_tf.lift_scenes.scene.casting import Wish
from graftnet_tf.lift_scenes.scene.drawing_pool import draw_all
from graftnet_tf.lift_scenes.scene.records import CropRecord, crop_records, wished_record
from graftnet_tf.workspace.tasks import Example, Task, write_task
from graftnet_tf.workspace.workspace import Workspace

PASSENGERS_PER_SNAPSHOT = 3
POSITIVE_SHARE = 0.4


def write_tasks(
    workspace: Workspace,
    tasks: Sequence[Task],
    *,
    snapshots: int,
    seed: int,
    test_fraction: float = 0.25,
    size: tuple[int, int] | None = None,
    workers: int = -1,
    cutter: Cutter | None = None,
) -> Tally | None:
    """Draws and writes one sub-dataset per task.

    Every task has snapshots of its own, drawn from the seed and the task's name, so a task
    that is added later leaves the others as they are. Of a binary task's passengers about
    `POSITIVE_SHARE` are positive; other tasks' classes are equally frequent. Crops, with
    background and other people removed, go to `images/lift/TASK/NNNNNN-P.jpg`; passengers
    hidden too far to be judged are left out.

    Args:
      workspace: Workspace to write to.
      tasks: Some of `ATTRIBUTE_TASKS`; those that the workspace has already are replaced.
      snapshots: Per task; each gives up to `PASSENGERS_PER_SNAPSHOT` crops.
      seed: The same seed, the same bytes.
      test_fraction: Share of the snapshots, the last ones, whose crops are for testing.
      size: (width, height) of the snapshots in pixels; None picks one of `scene.SIZES` for each.
      workers: Processes; -1 uses every core.
      cutter: Finds the passengers in the snapshots; without one they are cut out by what
        was drawn.

    Returns:
      How the cutter did, if there is one.

    Raises:
      GraftNetError: a task reports an attribute that passengers never show, or `snapshots`
        or `test_fraction` is out of range.
    """
    unknown = {name for task in tasks for name in task.attributes} - set(ATTRIBUTES)
    if unknown:
        raise GraftNetError(
            f"Drawn passengers do not show {', '.join(sorted(unknown))}; "
            f"they show {', '.join(ATTRIBUTES)}."
        )
    if snapshots < 1:
        raise GraftNetError(f"snapshots is {snapshots}; expected 1 or more.")
    if not 0.0 <= test_fraction <= 1.0:
        raise GraftNetError(f"test_fraction is {test_fraction}; expected 0 to 1.")
    tally = Tally()
    first_test = snapshots - round(snapshots * test_fraction)
    for task in tasks:
        arguments = [(*_snapshot_arguments(task, seed, index), size) for index in range(snapshots)]
        draw = functools.partial(
            draw_all, arguments=arguments, workers=workers, description=f"Drawing {task.name}"
        )
        cut = cut_snapshots(draw(wished_record), cutter, tally) if cutter else draw(crop_records)
        splits: dict[str, list[Example]] = {"train": [], "test": []}
        for index, crops in enumerate(cut):
            split = "train" if index < first_test else "test"
            splits[split] += _write_crops(workspace, task, index, crops)
        write_task(workspace.path("tasks", task.name), task, splits)
    return tally if cutter else None


def _snapshot_arguments(task: Task, seed: int, index: int) -> tuple[list[int], list[Wish]]:
    """The seeds of a task's snapshot, and one wish for a class per passenger."""
    seeds = [seed, zlib.crc32(task.name.encode()), index]
    rng = np.random.default_rng([*seeds, PASSENGERS_PER_SNAPSHOT])
    labels = rng.choice(len(task.classes), PASSENGERS_PER_SNAPSHOT, p=_class_shares(task))
    return seeds, [_wish(task, task.classes[wanted]) for wanted in labels]


def _class_shares(task: Task) -> list[float]:
    count = len(task.classes)
    return [1 - POSITIVE_SHARE, POSITIVE_SHARE] if count == 2 else [1 / count] * count


def _wish(task: Task, wanted: str) -> Wish:
    shown = (attribute for attribute, name in task.attributes.items() if name == wanted)
    return Wish(frozenset(task.attributes), frozenset(shown))


def _write_crops(
    workspace: Workspace, task: Task, index: int, crops: list[CropRecord]
) -> list[Example]:
    folder = os.path.join("images", "lift", task.name)
    examples = []
    for number, crop in enumerate(crops):
        image = os.path.join(folder, f"{index:06d}-{number}.jpg")
        atomic_files.write_bytes(workspace.path(image), crop.jpeg)
        group = f"lift-{task.name}-{index:06d}"
        content = hashlib.sha256(crop.jpeg).hexdigest()
        examples.append(Example(image, label(task, crop.attributes), group, content))
    return examples
