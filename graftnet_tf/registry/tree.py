"""The tree: which trunk, branches and thresholds a composed model is built from."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files, checksummed_json
from graftnet_tf.models.saved_model import FULL_PRECISION
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.workspace import NEWEST, Workspace


@dataclasses.dataclass(frozen=True)
class GraftedBranch:
    """One task's branch in a tree.

    Attributes:
      version: Version of the branch.
      thresholds: Score from which each attribute counts as shown.
      temperature: What its logits are divided by, see `fit_temperature`; 1 for none.
      withdrawn: Versions that were taken back, which a later tree of the newest ones
        passes over. The list goes from tree to tree.
    """

    version: str
    thresholds: dict[str, float]
    withdrawn: tuple[str, ...] = ()
    temperature: float = 1.0  # branches from before there was one do not say so

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "GraftedBranch":
        withdrawn = tuple(content.get("withdrawn", ()))
        temperature = content.get("temperature", 1.0)
        return cls(content["version"], content["thresholds"], withdrawn, temperature)


@dataclasses.dataclass(frozen=True)
class Tree:
    """A trunk version and one branch for each task.

    Attributes:
      trunk: Its version.
      branches: Branches by task.
      precision: Precision of the composed model, one of `saved_model.PRECISIONS`.
    """

    trunk: str
    branches: dict[str, GraftedBranch]
    precision: str = FULL_PRECISION

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> "Tree":
        branches = content["branches"].items()
        return cls(
            content["trunk"],
            {task: GraftedBranch.from_dict(it) for task, it in branches},
            content.get("precision", FULL_PRECISION),
        )


def served_trees(workspace: Workspace) -> Iterator[tuple[str, Tree]]:
    """Version and content of the tree of each composed model, the newest first.

    Raises:
      GraftNetError: a composed model's manifest or its tree is damaged or missing.
    """
    for name in reversed(
        atomic_files.names_by_number(workspace.path(*GRAFTNET_DIR), suffix="").values()
    ):
        version = manifest.read(workspace.path(*GRAFTNET_DIR, name))["tree"]
        yield version, read_tree(workspace, version)


def served_tree(workspace: Workspace) -> tuple[str, Tree] | None:
    """Version and content of the tree that is served: the newest composed model's.

    Returns:
      None where nothing was composed yet.

    Raises:
      GraftNetError: see `served_trees`.
    """
    return next(served_trees(workspace), None)


def grafting_trunk(workspace: Workspace, asked: str | None = None) -> str:
    """The trunk version that new branches go on, minings look with and models are composed on.

    By default that is the served tree's, so that a trunk which was retrained and not promoted
    is never served by accident; where nothing is served, the newest.

    Args:
      workspace: Workspace with the trunks.
      asked: a version, which need not exist, or "newest", whatever is served.

    Raises:
      GraftNetError: none is asked for by number and there is none, or what is served is damaged.
    """
    if asked == NEWEST:
        return workspace.newest("trunks")
    if asked:
        return asked
    served = served_tree(workspace)
    return served[1].trunk if served else workspace.newest("trunks")


def newest_tree(
    workspace: Workspace,
    *,
    trunk: str | None = None,
    branches: Mapping[str, str | None] | None = None,
    precision: str | None = None,
) -> Tree:
    """The tree of the newest branches, or of chosen ones; thresholds are the branches' own.

    Args:
      workspace: Workspace with the trunk and the branches.
      trunk: Its version or "newest"; by default the one that branches go on, see
        `grafting_trunk`.
      branches: Branch version of each task to include, None for the newest that was made
        for this trunk, not withdrawn and no candidate that waits to be compared; by default
        every task that has a branch but candidates.
      precision: Precision of the composed model; by default the served one's, else float32.

    Raises:
      GraftNetError: there is no branch, a chosen version does not exist, or all of a
        task's branches for this trunk were withdrawn.
    """
    chosen = dict.fromkeys(_grafted_tasks(workspace)) if branches is None else branches
    if not chosen:
        raise GraftNetError(
            f"No branch to compose in {workspace.root}. Train one with "
            f"`graftnet-train-branch --workspace={workspace.root} --task=…`."
        )
    trunk = grafting_trunk(workspace, trunk)
    served = served_tree(workspace)
    last = {task: _served_last(workspace, task) for task in chosen}
    return Tree(
        trunk,
        {
            task: grafted(
                workspace,
                task,
                version or _newest(workspace, task, trunk, last[task]),
                last[task].withdrawn,
            )
            for task, version in sorted(chosen.items())
        },
        precision or (served[1].precision if served else FULL_PRECISION),
    )


def grafted(
    workspace: Workspace, task: str, version: str, withdrawn: Iterable[str]
) -> GraftedBranch:
    """A published branch with its own thresholds and temperature, not itself among the withdrawn.

    Raises:
      GraftNetError: it does not exist.
    """
    directory = workspace.version_dir("branches", task, version)
    left = tuple(sorted(set(withdrawn) - {version}))
    return GraftedBranch.from_dict({**manifest.read(directory), "withdrawn": left})


def publish_tree(workspace: Workspace, tree: Tree) -> str:
    """Publishes `tree` as WORKSPACE/trees/VERSION.json and returns its version."""

    def write(path: str, version: str) -> None:
        checksummed_json.write(path, {"version": version, **dataclasses.asdict(tree)})

    published = atomic_files.publish_next(workspace.path("trees"), write, name="{:04d}.json".format)
    return published.removesuffix(".json")


def read_tree(workspace: Workspace, version: str) -> Tree:
    """The published tree called `version`.

    Raises:
      GraftNetError: it does not exist, listing those there are.
    """
    return Tree.from_dict(atomic_files.read_json(workspace.tree_path(version)))


def branches_for(
    workspace: Workspace, task: str, trunk: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Version and manifest of each of a task's branches made for a trunk, the newest first.

    Raises:
      GraftNetError: there is no such trunk.
    """
    for version in reversed(workspace.versions("branches", task)):
        content = manifest.read(workspace.version_dir("branches", task, version))
        if fits(workspace, content, trunk):
            yield version, content


def fits(workspace: Workspace, branch: dict[str, Any], trunk: str) -> bool:
    """Whether the branch with this manifest was made for a trunk, up to the graft point.

    Raises:
      GraftNetError: there is no such trunk.
    """
    fingerprints = manifest.read(workspace.version_dir("trunks", trunk))["fingerprints"]
    return fingerprints.get(str(branch["graft_after"])) == branch["trunk_fingerprint"]


def tasks_with_branches(workspace: Workspace) -> list[str]:
    """Names of the tasks that have a published branch, sorted."""
    folder = workspace.path("branches")
    if not tf.io.gfile.isdir(folder):
        return []
    names = sorted(name.rstrip("/") for name in tf.io.gfile.listdir(folder))
    return [name for name in names if workspace.versions("branches", name)]


def _served_last(workspace: Workspace, task: str) -> GraftedBranch:
    """The branch that a task was served with last; one of no version if it never was."""
    trees = (tree for _, tree in served_trees(workspace))
    served = (tree.branches[task] for tree in trees if task in tree.branches)
    return next(served, GraftedBranch("", {}))


def _newest(workspace: Workspace, task: str, trunk: str, served: GraftedBranch) -> str:
    """The newest branch made for this trunk that is not withdrawn, and no mere candidate.

    Where none was made for it, the newest of all: composing refuses it, and says for which
    trunk it was made.
    """
    passed_over = []
    for version, content in branches_for(workspace, task, trunk):
        waits = content.get("candidate") and version != served.version
        if not waits and version not in served.withdrawn:
            return version
        passed_over.append(version)
    if passed_over:
        raise GraftNetError(
            f"Every branch of {task} for trunk {trunk} was taken back or is a candidate: "
            f"{', '.join(passed_over)}. Train another, or promote one by name."
        )
    return workspace.newest("branches", task)


def _grafted_tasks(workspace: Workspace) -> list[str]:
    """Names of the tasks that are served or have a branch that is no candidate."""
    served = served_tree(workspace)
    return [
        name
        for name in tasks_with_branches(workspace)
        if (served and name in served[1].branches)
        or any(
            not manifest.read(workspace.version_dir("branches", name, version)).get("candidate")
            for version in workspace.versions("branches", name)
        )
    ]
