"""What is trained or mined without a trunk being named goes on the one that is served."""

import dataclasses
import shutil

import pytest

from graftnet_tf.branch.train import train_branch
from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.mining.mine import mine_negatives
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.registry.tree import Tree, publish_tree
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import BuildInfo, Provenance
from tests.trained_workspace import CUT_SHORT

PROBE = dataclasses.replace(CUT_SHORT, steps=0)


@pytest.fixture(scope="module")
def workspace(trained, tmp_path_factory):
    """Trunk 0001 is served, 0002 is newer; without a model, which is not looked at."""
    workspace = trained.copy(str(tmp_path_factory.mktemp("served_trunk") / "workspace"))
    shutil.copytree(workspace.path("trunks", "0001"), workspace.path("trunks", "0002"))
    tree = publish_tree(workspace, Tree("0001", {}))

    def write(directory, _):
        shutil.copytree(workspace.path("tasks", "hat"), directory)
        return {"tree": tree}

    folder = workspace.path(*GRAFTNET_DIR)
    manifest.publish(
        folder,
        write,
        kind="composed model",
        build_info=BuildInfo({}, 0, 0.0, Provenance()),
        name=str,
    )
    return workspace


def trained_record(workspace):
    version = train_branch(workspace, "hat", PROBE)
    return manifest.read(workspace.path("branches", "hat", version))


def mined_record(workspace):
    version = mine_negatives(workspace, "gender", MiningConfig(clusters=2))
    return manifest.read(workspace.path("tasks", "gender", "mining", version))


@pytest.mark.parametrize("record_of", [trained_record, mined_record])
def test_the_served_trunk_is_the_default(workspace, record_of):
    assert record_of(workspace)["trunk_version"] == "0001"
