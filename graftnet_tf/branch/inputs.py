"""What training branches needs of a workspace, asked for once."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from graftnet_tf.registry.tree import grafting_trunk
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace.selection_probabilities import parse_probabilities
from graftnet_tf.workspace.task_split import TaskSplit
from graftnet_tf.workspace.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class BranchInputs:
    """What branches are trained from, and where they go.

    Attributes:
      trunk: Trunk to graft on.
      splits: The train split of each task, by name.
      probabilities: Of each task's examples, how likely each was to be chosen, see
        `parse_probabilities`; None for none at all.
      root: Root of the workspace.
      runs: Directory of trainings in progress.
      published: Directory of the published branches, in which each task has its own.
    """

    trunk: Trunk
    splits: dict[str, TaskSplit]
    probabilities: dict[str, np.ndarray | None]
    root: str
    runs: str
    published: str


def gather(
    workspace: Workspace, minings: Mapping[str, str | None], trunk_version: str | None
) -> BranchInputs:
    """Opens the trunk and reads every task's train split once.

    Args:
      workspace: Workspace with the tasks and the trunk.
      minings: Version of each task's mining to read, by name of the task; None for none.
      trunk_version: Trunk version, see `grafting_trunk`.

    Raises:
      GraftNetError: there is no trunk, a task cannot be trained, or a probability is none.
    """
    splits = {name: workspace.training_split(name, it) for name, it in minings.items()}
    return BranchInputs(
        trunk=Trunk.open(workspace, grafting_trunk(workspace, trunk_version)),
        splits=splits,
        probabilities={
            name: parse_probabilities(
                it.probabilities, it.examples.images, f"tasks/{name}/train.csv"
            )
            for name, it in splits.items()
        },
        root=workspace.root,
        runs=workspace.path("runs"),
        published=workspace.path("branches"),
    )
