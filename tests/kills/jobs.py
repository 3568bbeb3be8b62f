"""The jobs that kills are tried on: tiny, but whole, from their input to what they publish."""

import dataclasses
import os
from collections.abc import Callable

from graftnet_tf.branch.train import train_branch
from graftnet_tf.io import atomic_files
from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.mining.mine import mine_negatives
from graftnet_tf.registry.tree import served_tree
from graftnet_tf.trunk.pretraining import train_trunk
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from graftnet_tf.workspace.task_split import MINED_LIST
from graftnet_tf.workspace.workspace import Workspace
from serving.composition.compose import compose
from serving.lifecycle.head_promotion import promote
from tests.serving.fake_versions import publish_branch, publish_model
from tests.serving.fake_versions import publish_trunk as publish_fake_trunk
from tests.trained_workspace import CUT_SHORT, TRUNK, draw_workspace

BY_HAND = Provenance("by hand", {})
_TRUNK = dataclasses.replace(
    TRUNK, train_from=0, last_block=0, steps=3, probe_heads=False, checkpoint_every=1
)
_LONG_TRUNK = dataclasses.replace(_TRUNK, last_block=1)  # as long as the branch
_BRANCH = dataclasses.replace(CUT_SHORT, steps=3, checkpoint_every=1)
VERSIONS_AT_ONCE = 40


@dataclasses.dataclass(frozen=True)
class Job:
    """A job in a workspace of its own.

    Attributes:
      prepare: makes the workspace, given its directory; runs once and is not killed.
      run: the job. It must come to its end when it is run again, however often it was killed.
      result: what the manifest of a published version says of the job's result, which must
        be the same in every version of that kind that it ever publishes.
    """

    prepare: Callable[[str], object]
    run: Callable[[Workspace], object]
    result: Callable[[dict], object]


def _prepare_grafting(root: str) -> None:
    train_trunk(draw_workspace(root), dataclasses.replace(_LONG_TRUNK, steps=0))


def _prepare_serving(root: str) -> None:
    workspace = Workspace(root, create=True)
    publish_fake_trunk(workspace)
    for seed in (1, 2):
        publish_branch(workspace, "bald", seed=seed)
    publish_branch(workspace, "suit")
    publish_model(workspace)


def _compose(workspace: Workspace) -> None:
    compose(workspace, provenance=BY_HAND)


def _promote(workspace: Workspace) -> None:
    """Puts the head bald on its other version."""
    served = served_tree(workspace)
    assert served
    other = {"0001": "0002", "0002": "0001"}[served[1].branches["bald"].version]
    promote(workspace, "bald", other, provenance=BY_HAND)


def publish_some(workspace: Workspace, count: int = VERSIONS_AT_ONCE) -> None:
    """Publishes small directories and files one after another."""

    def write(directory: str, version: str) -> dict:
        for name in ("one", "two"):
            atomic_files.write_text(os.path.join(directory, name, "content"), version * 1000)
        return {"of": os.getpid()}

    for _ in range(count):
        build_info = BuildInfo({}, seed=0, started=0.0, provenance=BY_HAND)
        parent = workspace.path("trunks")
        manifest.publish(parent, write, kind="trunk", build_info=build_info, name="{:04d}".format)


def _train_trunk(workspace: Workspace) -> None:
    train_trunk(workspace, _TRUNK)


def _train_branch(workspace: Workspace) -> None:
    train_branch(workspace, "hat", _BRANCH, cache_directory=workspace.path("cache"))


def _mine(workspace: Workspace) -> None:
    mine_negatives(workspace, "gender", MiningConfig(clusters=2))


def _live(workspace: Workspace) -> None:
    """All that a label goes through, from its images to a served head."""
    train_trunk(workspace, _LONG_TRUNK)
    for step in (_train_branch, _mine, _compose):
        step(workspace)


def _result(content: dict) -> object:
    """The weights of a trunk or a branch, or the list that mining left."""
    match content["kind"]:
        case "trunk":
            return content["fingerprints"]
        case "branch":
            return content["files"]["saved_model/variables/variables.data-00000-of-00001"]
        case "mining":
            return content["files"][MINED_LIST]
    return None


JOBS = {
    "publishing": Job(lambda root: Workspace(root, create=True), publish_some, lambda _: None),
    "composing": Job(_prepare_serving, _compose, lambda _: None),
    "promoting": Job(_prepare_serving, _promote, lambda _: None),
    "trunk": Job(draw_workspace, _train_trunk, _result),
    "branch": Job(_prepare_grafting, _train_branch, _result),
    "mining": Job(_prepare_grafting, _mine, _result),
    "life": Job(draw_workspace, _live, _result),
}
