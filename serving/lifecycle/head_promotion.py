"""Putting one head of the served model on another version of its branch, without training."""

import dataclasses

from graftnet_tf.errors import GraftNetError
from graftnet_tf.registry.publish_lock import publish_lock
from graftnet_tf.registry.tree import Tree, fits, grafted, publish_tree, served_tree, served_trees
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace
from serving.composition.compose import compose


@dataclasses.dataclass(frozen=True)
class Promotion:
    """A head that was put on another version.

    Attributes:
      task: Task of the head.
      before, after: Version of its branch; None for a head that was not served before.
      tree: Version of the new tree.
      model_version: Version of the composed model that is served now.
    """

    task: str
    before: str | None
    after: str
    tree: str
    model_version: str


def promote(
    workspace: Workspace, task: str, version: str, *, provenance: Provenance = Provenance()
) -> Promotion:
    """Serves a version of a task's branch; all other heads stay as they are.

    An older version than the served one counts as a rollback: what is newer than it, up to
    the served one, is withdrawn, so that composing the newest branches does not bring it
    back. The version itself is no longer withdrawn.

    Examples:
      >>> from graftnet_tf import BranchConfig, Workspace, train_branch
      >>> from serving import promote
      >>> workspace = Workspace("workspace")
      >>> tiny = BranchConfig(graft_after=0, steps=2, batch=4, views=1, seed=1)
      >>> version = train_branch(workspace, "backpack", tiny)
      >>> promotion = promote(workspace, "backpack", version)
      >>> promotion.before, promotion.after, promotion.model_version
      ('0001', '0002', '2')

    Args:
      workspace: Workspace with a served model.
      task: May be one that has no head yet.
      version: Version of its branch.
      provenance: The command behind this.

    Raises:
      GraftNetError: nothing is served, there is no such version, it is damaged, it is
        served already, or it was made for another trunk than the served one.
    """
    with publish_lock(workspace):
        return _serve(workspace, _served(workspace), task, version, provenance)


def roll_back(
    workspace: Workspace,
    task: str,
    version: str | None = None,
    *,
    provenance: Provenance = Provenance(),
) -> Promotion:
    """Serves an older version of a task's branch, and withdraws those that follow it.

    Examples:
      >>> from graftnet_tf import Workspace
      >>> from serving import roll_back
      >>> promotion = roll_back(Workspace("workspace"), "backpack")
      >>> promotion.before, promotion.after, promotion.model_version
      ('0002', '0001', '3')

    Args:
      workspace: Workspace with a served model with the task's head.
      task: Task of the head.
      version: Version to go back to; by default the one that was served before the present one.
      provenance: The command behind this.

    Raises:
      GraftNetError: the task is not served, there is nothing to go back to, or as for
        `promote`.
    """
    with publish_lock(workspace):
        tree = _served(workspace)
        if task not in tree.branches:
            raise GraftNetError(
                f"Task {task} is not served; the served model has {', '.join(tree.branches)}."
            )
        version = version or _served_before(workspace, tree, task)
        workspace.version_dir("branches", task, version)
        if int(version) > int(tree.branches[task].version):
            raise GraftNetError(
                f"Branch {task}/{version} is newer than {tree.branches[task].version}, which is "
                f"served: promote it with `graftnet-branches promote {task} {version}`."
            )
        return _serve(workspace, tree, task, version, provenance)


def _served(workspace: Workspace) -> Tree:
    served = served_tree(workspace)
    if served is None:
        raise GraftNetError(
            f"Nothing is served from {workspace.root} yet: make a model with graftnet-compose."
        )
    return served[1]


def _served_before(workspace: Workspace, tree: Tree, task: str) -> str:
    """The version that the head was on last, other than the present and the withdrawn ones."""
    present = tree.branches[task]
    for _, earlier in served_trees(workspace):
        version = earlier.branches[task].version if task in earlier.branches else None
        if version and version not in (present.version, *present.withdrawn):
            return version
    raise GraftNetError(
        f"Branch {task}/{present.version} is served, and no other version was before it"
        f"{' that was not taken back' if present.withdrawn else ''}. Name one of "
        f"{', '.join(workspace.versions('branches', task))} to go back to, or train another."
    )


def _serve(
    workspace: Workspace, tree: Tree, task: str, version: str, provenance: Provenance
) -> Promotion:
    directory = workspace.version_dir("branches", task, version)
    present = tree.branches.get(task)
    if present and present.version == version:
        raise GraftNetError(f"Branch {task}/{version} is served already.")
    manifest.verify(directory)
    content = manifest.read(directory)
    if not fits(workspace, content, tree.trunk):
        raise GraftNetError(
            f"Branch {task}/{version} was made for trunk {content['trunk_version']}; the served "
            f"model has trunk {tree.trunk}. Train the branch again on trunk {tree.trunk}, or "
            "serve a tree of the other trunk with `graftnet-compose --tree=…`."
        )
    withdrawn: set[str] = set()
    if present:
        passed = range(int(version) + 1, int(present.version) + 1)
        versions = workspace.versions("branches", task)
        withdrawn = {*present.withdrawn, *(some for some in versions if int(some) in passed)}
    branch = grafted(workspace, task, version, withdrawn)
    branches = dict(sorted({**tree.branches, task: branch}.items()))
    published = publish_tree(workspace, dataclasses.replace(tree, branches=branches))
    model = compose(workspace, published, provenance=provenance)
    return Promotion(task, present.version if present else None, version, published, model)
