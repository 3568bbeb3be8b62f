"""A trunk that is somebody's SavedModel: branches on it, composed, with the source gone."""

import shutil

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.train import train_branches
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.errors import GraftNetError
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.registry.verification import damage
from graftnet_tf.trunk.pretraining import TrunkConfig, train_trunk
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import Provenance
from serving.composition.compose import compose
from tests.frozen_models import save_frozen_model
from tests.trained_workspace import draw_workspace, train_tiny_branch

HEIGHT, WIDTH = 48, 32
IMAGES = np.random.default_rng(6).integers(0, 256, (4, 100, 60, 3), dtype=np.uint8)
SHAPES = {"hat": {"pooling": "bands"}, "bag": {"pooling": "bilinear", "reduction": 4, "steps": 0}}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """(workspace, the network, branches in memory by task) of a model whose source is gone."""
    root = tmp_path_factory.mktemp("frozen")
    source, workspace = str(root / "source"), draw_workspace(str(root / "workspace"))
    network = save_frozen_model(source)
    config = TrunkConfig(
        backbone=f"saved_model:{source}", height=HEIGHT, width=WIDTH, pixel_range=(-1.0, 1.0)
    )
    train_trunk(workspace, config)
    shutil.rmtree(source)
    branches = {
        task: train_tiny_branch(
            workspace, task, **{"graft_after": None, "last_block": None, **shape}
        )
        for task, shape in SHAPES.items()
    }
    compose(workspace, provenance=Provenance())
    return workspace, network, branches


def test_the_composed_model_gives_what_network_and_branch_give(served):
    workspace, network, branches = served
    model = tf.saved_model.load(workspace.path(*GRAFTNET_DIR, "1")).signatures
    answer = model["serving_default"](images=tf.constant(IMAGES))
    maps = network(Preprocessing(HEIGHT, WIDTH, -1.0, 1.0)(tf.constant(IMAGES)))
    for task, branch in branches.items():
        expected = branch.scores(maps)[:, 1]
        assert np.ptp(expected) > 1e-5, "the images are told apart"
        np.testing.assert_allclose(answer[task], expected, atol=1e-5)


def test_the_trunk_keeps_it_and_every_file_is_sealed(served):
    workspace, _, _ = served
    trunk = manifest.read(workspace.path("trunks", "0001"))
    assert (trunk["backbone"], trunk["last_block"], trunk["config"]["steps"]) == (
        "saved_model",
        0,
        0,
    )
    assert "backbone/saved_model.pb" in trunk["files"]
    assert damage(workspace) == {}


def test_a_branch_has_no_blocks_of_its_own(served):
    workspace, _, branches = served
    assert branches["hat"].blocks.open_variables == []
    record = manifest.read(workspace.path("branches", "hat", "0001"))
    assert (record["graft_after"], record["last_block"]) == (0, 0)
    with pytest.raises(GraftNetError, match="has one block, so leave both out"):
        list(train_branches(workspace, {"hat": BranchConfig(graft_after=3)}))


def test_another_saved_model_has_another_fingerprint(served, tmp_path):
    workspace, _, _ = served
    save_frozen_model(str(tmp_path / "other"), vectors=True)
    config = TrunkConfig(backbone=f"saved_model:{tmp_path / 'other'}", height=HEIGHT, width=WIDTH)
    version = train_trunk(workspace, config)
    first, second = (
        manifest.read(workspace.path("trunks", name))["fingerprints"]["0"]
        for name in ("0001", version)
    )
    assert first != second
    with pytest.raises(GraftNetError, match="Train the branch again on trunk 0002"):
        compose(workspace, trunk=version, provenance=Provenance())
