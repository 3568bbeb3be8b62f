"""Candidates: composed models that wait, unserved, to be promoted."""

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.registry.publish_lock import publish_lock
from graftnet_tf.registry.served_models import GRAFTNET_DIR, newest_served
from graftnet_tf.registry.tree import Tree, publish_tree, read_tree, served_tree
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace
from serving.composition.compose import compose

CANDIDATES = ("candidates",)


def candidate_of(
    workspace: Workspace, tree: Tree, *, instead_of: str, provenance: Provenance
) -> str:
    """Version of the candidate composed of a tree, made where there is none yet.

    Args:
      workspace: Workspace with the tree's parts.
      tree: Tree of the candidate.
      instead_of: Version of the served tree that it was renewed from.
      provenance: The command behind this.

    Raises:
      GraftNetError: another tree is served by now, whose changes this one would undo.
    """
    with publish_lock(workspace):
        check_served(workspace, instead_of)
        for candidate in reversed(_candidates(workspace)):
            if read_tree(workspace, tree_of(workspace, candidate)) == tree:
                return candidate
        version = publish_tree(workspace, tree)
        return compose(workspace, version, into=CANDIDATES, provenance=provenance)


def check_served(workspace: Workspace, tree: str) -> None:
    """Checks that a tree is what is served.

    Raises:
      GraftNetError: another one is, so that what was made from this one would undo a change.
    """
    served = served_tree(workspace)
    if served is None or served[0] != tree:
        raise GraftNetError(
            f"Tree {served[0] if served else 'none'} is served from {workspace.root} by now, and "
            f"the candidate was made from tree {tree}. Run graftnet-refresh again, which goes on "
            "from what is served and trains nothing twice."
        )


def waiting_candidates(workspace: Workspace) -> list[str]:
    """Candidates made since the served model's tree, ascending."""
    served = served_tree(workspace)
    return [
        candidate
        for candidate in _candidates(workspace)
        if served is None or int(tree_of(workspace, candidate)) > int(served[0])
    ]


def tree_of(workspace: Workspace, candidate: str) -> str:
    """Version of the tree that a candidate was composed of.

    Raises:
      GraftNetError: there is no such candidate.
    """
    if candidate not in _candidates(workspace):
        raise GraftNetError(
            f"No candidate {candidate!r} in {workspace.root}; "
            f"there are {', '.join(_candidates(workspace)) or 'none'}."
        )
    return manifest.read(workspace.path(*CANDIDATES, candidate))["tree"]


def served_model(workspace: Workspace) -> str:
    """Directory of the composed model that is served: the newest.

    Raises:
      GraftNetError: there is none.
    """
    return workspace.path(*GRAFTNET_DIR, newest_served(workspace))


def promote_candidate(
    workspace: Workspace, candidate: str, *, instead_of: str, provenance: Provenance
) -> str:
    """Publishes a candidate's tree as the newest served model.

    Args:
      workspace: Workspace with both.
      candidate: Its version.
      instead_of: Directory of the served model that it was compared with.
      provenance: The command behind this.

    Returns:
      The version of the served model.

    Raises:
      GraftNetError: another model is served by now, which the comparison does not speak of.
    """
    tree = tree_of(workspace, candidate)
    with publish_lock(workspace):
        if served_model(workspace) != instead_of:
            raise GraftNetError(
                f"{served_model(workspace)} is served by now, and candidate {candidate} was "
                f"compared with {instead_of}. Run graftnet-refresh again."
            )
        return compose(workspace, tree, provenance=provenance)


def _candidates(workspace: Workspace) -> list[str]:
    return list(atomic_files.names_by_number(workspace.path(*CANDIDATES), suffix="").values())
