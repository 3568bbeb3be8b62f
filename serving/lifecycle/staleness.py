"""What is stale in what is served: its trunk, and branches whose data changed since."""

import dataclasses
import enum
from collections.abc import Iterator
from typing import Any

from graftnet_tf.data.fingerprints import data_hashes, input_name
from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.metrics import mean_defined
from graftnet_tf.evaluation.operating_point import OperatingPoint
from graftnet_tf.registry.forgetting_due import forgotten_since, in_words
from graftnet_tf.registry.tree import GraftedBranch, Tree, branches_for, served_tree
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.task_split import TaskSplit
from graftnet_tf.workspace.workspace import Workspace
from serving.lifecycle.recorded_config import operating_points
from serving.lifecycle.trunk_state import TrunkState, trunk_state

NEW_LABELS = 5
_UNSERVED = GraftedBranch("", {})


class Data(enum.StrEnum):
    """A task's training data, beside what its branch was trained on."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    UNKNOWN = "unknown"  # the branch's manifest has no hash of it
    GONE = "gone"  # the task is missing, or cannot be trained as it stands
    UNUSED = "unused"  # no branch was trained on it


@dataclasses.dataclass(frozen=True)
class Branch:
    """A published branch, as far as staleness goes.

    Attributes:
      version: Version of the branch.
      trunk: Version of the trunk that it was trained on.
      validation_auc: Mean over its attributes on the validation part; None if undefined.
      candidate: Whether it waits to be compared before it is served.
    """

    version: str
    trunk: str
    validation_auc: float | None
    candidate: bool


@dataclasses.dataclass(frozen=True)
class TaskState:
    """One task.

    Attributes:
      task: Its name.
      new: The trunk that is served was not trained on it.
      data: Beside that of its branch: the one served, else the newest.
      problem: Why it cannot be trained; None if it can.
      served: Its branch in the served tree, if any.
      newer: The newest branch for the served trunk that came after the served one and was
        not withdrawn, if any.
      current: Current, see `current_branch`.
      withdrawn: Branch versions that were taken back.
      forgotten: What its served branch learnt from that was forgotten since, in words; None for
        nothing.
    """

    task: str
    new: bool
    data: Data
    problem: str | None
    served: Branch | None
    newer: Branch | None
    current: str | None
    withdrawn: tuple[str, ...]
    forgotten: str | None = None

    @property
    def stale(self) -> bool:
        """Whether a branch has to be trained for the trunk that is served."""
        return self.current is None and self.problem is None


@dataclasses.dataclass(frozen=True)
class Staleness:
    """What is served, beside what the workspace has now.

    Attributes:
      tree_version, tree: What is served.
      trunk: State of the trunk that is served.
      tasks: Every task of the workspace or the tree, by name.
      hashes: Hashes of the data of each task that can be trained, see `data_hash`.
    """

    tree_version: str
    tree: Tree
    trunk: TrunkState
    tasks: tuple[TaskState, ...]
    hashes: dict[str, str]


def staleness(
    workspace: Workspace, *, new_labels: int = NEW_LABELS, max_trunk_age: float | None = None
) -> Staleness:
    """Compares what is served with the workspace's tasks as they are now.

    A label is a task, one dataset with one branch, even where it reports several attributes:
    the trunk learns from datasets. Every training image is read, and none decoded.

    Args:
      workspace: Workspace with a composed model.
      new_labels: Number of tasks new to the trunk from which it is due; the paper's practice
        is 5 to 7.
      max_trunk_age: Days after which the trunk is due if there is anything new to learn, be it one
        task; the paper's practice is to retrain it once or twice a month (4.2). None for no such
        rule.

    Raises:
      GraftNetError: nothing is served yet.
    """
    served = served_tree(workspace)
    if served is None:
        raise GraftNetError(
            f"Nothing is served from {workspace.root} yet, so there is nothing to refresh. Make "
            "the first model with graftnet-train-trunk, graftnet-train-branch, graftnet-compose."
        )
    tree_version, tree = served
    known = manifest.read(workspace.version_dir("trunks", tree.trunk))["tasks"]
    names = sorted({*workspace.task_names(), *tree.branches})
    splits = {name: _training_split(workspace, name) for name in names}
    problems = {name: it if isinstance(it, str) else None for name, it in splits.items()}
    hashes = data_hashes(it for it in splits.values() if not isinstance(it, str))
    states = (
        _state(workspace, name, tree, name not in known, problems[name], hashes.get(name))
        for name in names
    )
    trunk = trunk_state(workspace, tree.trunk, hashes, limit=new_labels, max_age=max_trunk_age)
    return Staleness(tree_version, tree, trunk, tuple(states), hashes)


def current_branch(
    workspace: Workspace, task: str, trunk: str, now: str | None, served: GraftedBranch | None
) -> str | None:
    """The newest branch for a trunk, of a task's data as it is now and the served operating points.

    A version that was published for its thresholds is therefore served only by name.

    Args:
      workspace: Workspace with the branches.
      task: Name of the task.
      trunk: Version of the trunk.
      now: Hash of the data; None if it is gone.
      served: The task's branch in the served tree. It also passes where its data cannot be
        known to have changed: its manifest has no hash, or the data is gone.

    Returns:
      Its version, never a withdrawn one or one that learnt, or may have, from an image that was
      forgotten since; None if there is none.
    """
    served = served or _UNSERVED
    wanted = _served_points(workspace, task, served) if now else {}
    for version, content in branches_for(workspace, task, trunk):
        recorded = content["inputs"].get(input_name(task))
        fits = recorded == now if recorded and now else version == served.version
        alike = version == served.version or operating_points(content) == wanted
        if not (fits and alike) or version in served.withdrawn:
            continue
        if not forgotten_since(workspace, "branches", task, version):
            return version
    return None


def _served_points(
    workspace: Workspace, task: str, served: GraftedBranch
) -> dict[str, OperatingPoint]:
    """What the served thresholds are to keep to, of attributes that the task still has."""
    if not served.version:
        return {}
    content = manifest.read(workspace.version_dir("branches", task, served.version))
    attributes = workspace.task(task).attributes
    return {name: it for name, it in operating_points(content).items() if name in attributes}


def _training_split(workspace: Workspace, task: str) -> TaskSplit | str:
    """What a task is trained on, or why it cannot be trained."""
    try:
        return workspace.training_split(task)
    except GraftNetError as error:
        return str(error)


def _state(
    workspace: Workspace, task: str, tree: Tree, new: bool, problem: str | None, now: str | None
) -> TaskState:
    grafted = tree.branches.get(task, _UNSERVED)
    served, forgotten = None, {}
    if grafted.version:
        parts = ("branches", task, grafted.version)
        served = manifest.read(workspace.version_dir(*parts))
        forgotten = forgotten_since(workspace, *parts)
    newer = next(_newer(workspace, task, tree.trunk, grafted), None)
    return TaskState(
        task=task,
        new=new,
        data=_data(task, served or newer, now),
        problem=problem,
        served=_branch(served),
        newer=_branch(newer),
        current=current_branch(workspace, task, tree.trunk, now, grafted),
        withdrawn=grafted.withdrawn,
        forgotten=in_words(forgotten),
    )


def _newer(
    workspace: Workspace, task: str, trunk: str, served: GraftedBranch
) -> Iterator[dict[str, Any]]:
    """Manifests of branches that came after the served one, the newest first."""
    for version, content in branches_for(workspace, task, trunk):
        if version == served.version:
            return
        if version not in served.withdrawn:
            yield content


def _data(task: str, branch: dict[str, Any] | None, now: str | None) -> Data:
    if now is None:
        return Data.GONE
    if branch is None:
        return Data.UNUSED
    recorded = branch["inputs"].get(input_name(task))
    if recorded is None:
        return Data.UNKNOWN
    return Data.UNCHANGED if recorded == now else Data.CHANGED


def _branch(content: dict[str, Any] | None) -> Branch | None:
    if content is None:
        return None
    areas = content["metrics"].get("validation_auc", {})
    return Branch(
        content["version"],
        content["trunk_version"],
        mean_defined(areas.values()),
        content.get("candidate", False),
    )
