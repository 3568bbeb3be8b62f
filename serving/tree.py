"""The tree: which trunk, branches and thresholds a composed model is built from."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from graftnet_tf import files, manifest
from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class GraftedBranch:
    """One task's branch in a tree.

    Attributes:
      version: of the branch.
      thresholds: score from which each attribute counts as shown.
    """

    version: str
    thresholds: dict[str, float]


@dataclasses.dataclass(frozen=True)
class Tree:
    """A trunk version and one branch for each task."""

    trunk: str
    branches: dict[str, GraftedBranch]

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "Tree":
        branches = {task: GraftedBranch(**fields) for task, fields in content["branches"].items()}
        return cls(content["trunk"], branches)


def newest_tree(
    workspace: Workspace,
    *,
    trunk: str | None = None,
    branches: Mapping[str, str | None] | None = None,
) -> Tree:
    """The tree of the newest versions, or of chosen ones; thresholds are the branches' own.

    Args:
      workspace: holds the trunk and the branches.
      trunk: its version; the newest by default.
      branches: branch version of each task to include, None for the newest that was made
        for this trunk; by default every task that has a branch.

    Raises:
      GraftNetError: there is no branch, or a chosen version does not exist.
    """
    chosen = dict.fromkeys(_grafted_tasks(workspace)) if branches is None else branches
    if not chosen:
        raise GraftNetError(
            f"No branch to compose in {workspace.root}. Train one with "
            f"`graftnet-train-branch --workspace={workspace.root} --task=…`."
        )
    trunk = trunk or workspace.newest("trunks")
    fingerprints = manifest.read(workspace.version_dir("trunks", trunk))["fingerprints"]
    return Tree(
        trunk,
        {
            task: _grafted(workspace, task, version or _newest(workspace, task, fingerprints))
            for task, version in sorted(chosen.items())
        },
    )


def publish_tree(workspace: Workspace, tree: Tree) -> str:
    """Publishes `tree` as WORKSPACE/trees/VERSION.json and returns its version."""

    def write(path: str, version: str) -> None:
        files.write_json(path, {"version": version, **dataclasses.asdict(tree)})

    published = files.publish_next(workspace.path("trees"), write, name="{:04d}.json".format)
    return published.removesuffix(".json")


def read_tree(workspace: Workspace, version: str) -> Tree:
    """The published tree called `version`.

    Raises:
      GraftNetError: it does not exist, listing those there are.
    """
    if version not in workspace.versions("trees"):
        raise GraftNetError(
            f"No tree {version!r} in {workspace.root}; "
            f"there are {', '.join(workspace.versions('trees')) or 'none'}."
        )
    return Tree.from_dict(files.read_json(workspace.path("trees", f"{version}.json")))


def _grafted(workspace: Workspace, task: str, version: str) -> GraftedBranch:
    directory = workspace.version_dir("branches", task, version)
    return GraftedBranch(version, manifest.read(directory)["thresholds"])


def _newest(workspace: Workspace, task: str, fingerprints: dict[str, str]) -> str:
    """The newest branch made for a trunk of these fingerprints, else the newest of all.

    Composing refuses the latter, and says for which trunk it was made.
    """
    newest = workspace.newest("branches", task)
    for version in reversed(workspace.versions("branches", task)):
        content = manifest.read(workspace.version_dir("branches", task, version))
        if fingerprints.get(str(content["graft_after"])) == content["trunk_fingerprint"]:
            return version
    return newest


def _grafted_tasks(workspace: Workspace) -> list[str]:
    """Names of the tasks that have a published branch."""
    folder = workspace.path("branches")
    if not tf.io.gfile.isdir(folder):
        return []
    names = (name.rstrip("/") for name in tf.io.gfile.listdir(folder))
    return [name for name in names if workspace.versions("branches", name)]
