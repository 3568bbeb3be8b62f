"""The published versions of each task's branch: what they are, and how two differ."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from graftnet_tf.errors import GraftNetError
from graftnet_tf.registry.tree import (
    GraftedBranch,
    fits,
    grafting_trunk,
    served_tree,
    tasks_with_branches,
)
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import Workspace

_ALWAYS_OTHER = (
    "version",
    "command",
    "files",
    "packages",
    "published",
    "python",
    "seconds",
    "waiting",
)


@dataclasses.dataclass(frozen=True)
class BranchVersion:
    """One published version of a task's branch.

    Attributes:
      task: Task that it scores.
      version: Its name.
      trunk: Version of the trunk that it was made for.
      fits: Whether it can be grafted on the trunk that is served, or would be.
      graft_after, last_block, pooling: Its shape.
      validation_auc: Validation AUC of each attribute, when it was trained; None where undefined.
      published: UTC time in ISO 8601; None in versions that do not record it.
      served: Whether the served model has it.
      withdrawn: Whether it was taken back.
      candidate: Whether it was made to be compared before it is served.
      threshold_of: Version whose weights it has, where it was published for its thresholds.
      damage: What is wrong with its files; None if nothing is. Of a damaged version, what
        cannot be read is None.
    """

    task: str
    version: str
    trunk: str | None
    fits: bool
    graft_after: int | None
    last_block: int | None
    pooling: str | None
    validation_auc: dict[str, float | None]
    published: str | None
    served: bool
    withdrawn: bool
    candidate: bool
    threshold_of: str | None
    damage: str | None


def branch_versions(workspace: Workspace, tasks: Sequence[str] = ()) -> list[BranchVersion]:
    """Every version of the branches of some tasks, by default all, oldest first.

    Every file is read, to check its hash.

    Raises:
      GraftNetError: a task has no branch, or what is served is damaged.
    """
    served = served_tree(workspace)
    grafted = served[1].branches if served else {}
    found = []
    for task in tasks or tasks_with_branches(workspace):
        workspace.newest("branches", task)
        for version in workspace.versions("branches", task):
            found.append(_describe(workspace, task, version, grafted.get(task)))
    return found


def describe(workspace: Workspace, task: str, version: str | None = None) -> dict[str, Any]:
    """The manifest of a version: the one that is served by default, else the newest.

    Raises:
      GraftNetError: it does not exist or has no manifest that can be read.
    """
    served = served_tree(workspace)
    if version is None and served and task in served[1].branches:
        version = served[1].branches[task].version
    version = version or workspace.newest("branches", task)
    return manifest.read(workspace.version_dir("branches", task, version))


def difference(workspace: Workspace, task: str, one: str, other: str) -> dict[str, list[Any]]:
    """What differs between two versions of a branch.

    Returns:
      [value in `one`, value in `other`] by the path of the field in the manifest, such as
      `config.steps` or `inputs.tasks/bald`; None where a version has no such field. What
      is other in any two versions, such as times and hashes of files, is left out.

    Raises:
      GraftNetError: see `describe`.
    """
    left, right = (_comparable(describe(workspace, task, version)) for version in (one, other))
    return {
        key: [left.get(key), right.get(key)]
        for key in sorted({*left, *right})
        if left.get(key) != right.get(key)
    }


def flattened(content: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested dicts as one, with keys joined by points."""
    found: dict[str, Any] = {}
    for key, value in content.items():
        if isinstance(value, dict) and value:
            found |= flattened(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def _comparable(content: dict[str, Any]) -> dict[str, Any]:
    flat = flattened(content)
    return {key: flat[key] for key in flat if key.split(".")[0] not in (*_ALWAYS_OTHER, "sha256")}


def _describe(
    workspace: Workspace, task: str, version: str, served: GraftedBranch | None
) -> BranchVersion:
    directory = workspace.version_dir("branches", task, version)
    content: dict[str, Any] = {}
    damage = None
    try:
        content = manifest.read(directory)
        manifest.verify(directory)
    except GraftNetError as error:
        damage = str(error)
    return BranchVersion(
        task=task,
        version=version,
        trunk=content.get("trunk_version"),
        fits=bool(content) and fits(workspace, content, grafting_trunk(workspace)),
        graft_after=content.get("graft_after"),
        last_block=content.get("last_block"),
        pooling=content.get("pooling"),
        validation_auc=content.get("metrics", {}).get("validation_auc", {}),
        published=content.get("published"),
        served=served is not None and served.version == version,
        withdrawn=served is not None and version in served.withdrawn,
        candidate=bool(content.get("candidate")),
        threshold_of=content.get("threshold_of"),
        damage=damage,
    )
