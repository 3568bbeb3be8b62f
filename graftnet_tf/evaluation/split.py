"""Which images a model is measured on: the tasks' test splits, or what its branches held out."""

import enum
from collections.abc import Mapping, Sequence
from typing import Any

from graftnet_tf.errors import GraftNetError
from graftnet_tf.registry.validation_part import is_kept, read_validation_part
from graftnet_tf.workspace.extra_columns import columns_of, read_column
from graftnet_tf.workspace.image_paths import ImagePaths
from graftnet_tf.workspace.task_split import TaskSplit
from graftnet_tf.workspace.workspace import Workspace


class Split(enum.StrEnum):
    """Which images are measured on."""

    TEST = "test"  # of each task: for a last word, and every opening is recorded
    VALIDATION = "validation"  # kept with each branch: for choices

    @property
    def remedy(self) -> str:
        """What to do when there is none of it."""
        if self == Split.TEST:
            return "Prepare one of its tasks with a test fraction above 0."
        return "Branches of an earlier release keep none: train one of them again."

    @property
    def listed(self) -> str:
        """Which list of a task has its images."""
        return "test" if self == Split.TEST else "train"


def splits_of(
    workspace: Workspace,
    split: Split,
    names: Sequence[str],
    served: Mapping[str, Mapping[str, Any]],
) -> dict[str, TaskSplit]:
    """The split of each task, left out where a task has none.

    Args:
      workspace: Workspace with the tasks and, for validation, the branches.
      split: Which images.
      names: Names of tasks.
      served: What a model says of its tasks: `branch_version` of each.

    Raises:
      GraftNetError: there is no such task or branch, or a file is damaged.
    """
    if split == Split.TEST:
        return {name: workspace.split(name, split) for name in names}
    found = {}
    for name in names:
        workspace.task(name)
        version = served[name]["branch_version"] if name in served else None
        if version and is_kept(workspace, name, version):
            part = read_validation_part(workspace, name, version)
            paths = ImagePaths(workspace.root, part.examples)
            found[name] = TaskSplit(
                part.task, part.examples, paths, hashes={}, probabilities=part.probabilities
            )
    return found


def values_of(
    workspace: Workspace, split: Split, splits: Mapping[str, TaskSplit], column: str
) -> dict[str, list[str]]:
    """A column's value for each example of each task whose list has it; empty where none is given.

    Args:
      workspace: Workspace with the tasks.
      split: Which images.
      splits: What `splits_of` found, by task.
      column: Name of the column.

    Raises:
      GraftNetError: none has, or one names an image twice with different cells.
    """
    root, listed = workspace.root, split.listed
    found = {}
    for name, its in splits.items():
        cells = read_column(root, name, listed, column)
        if cells is not None:
            found[name] = [cells.get(image, "") for image in its.examples.images]
    if not found:
        there = dict.fromkeys(it for name in splits for it in columns_of(root, name, listed))
        raise GraftNetError(
            f"No {listed}.csv of {', '.join(splits)} has a column {column!r}; there are "
            f"{', '.join(there)}. Import a table that has it with --format=csv."
        )
    return found
