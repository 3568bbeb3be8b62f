"""Trunks of other backbones: trained, killed and resumed, grafted on, composed, and never mixed."""

import dataclasses
import json

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.branch.branch import Branch
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.backbones import BACKBONES, INCEPTION_V3
from graftnet_tf.models.backbones.backbone import Backbone
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.flops import BlockCosts
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.registry.tree import newest_tree, publish_tree
from graftnet_tf.trunk.dynamic_graph import DynamicTrunk
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.workspace import Workspace
from serving.composition.compose import compose
from tests.killed_runs import Killed, counted_steps
from tests.trained_workspace import train_tiny_branch, train_tiny_trunk

QUICK = "efficientnet_lite0"
OTHERS = [
    name if name == QUICK else pytest.param(name, marks=pytest.mark.slow)
    for name in BACKBONES
    if name != INCEPTION_V3.name
]
HEIGHT, WIDTH = 64, 48
IMAGES = np.random.default_rng(6).integers(0, 256, (4, 100, 60, 3), dtype=np.uint8)


@dataclasses.dataclass
class Grafted:
    """A workspace whose trunk 0002 and newest branch of hats are of another backbone."""

    backbone: Backbone
    workspace: Workspace
    blocks: Blocks
    branch: Branch


def train(workspace, backbone):
    """A trunk of a few blocks and a branch on it; returns both as they were in memory."""
    graft_after = backbone.graft_from
    blocks = train_tiny_trunk(
        workspace,
        "none",
        backbone=backbone.name,
        height=HEIGHT,
        width=WIDTH,
        train_from=graft_after,
        last_block=graft_after + 1,
    )
    branch = train_tiny_branch(
        workspace,
        "hat",
        graft_after=graft_after,
        last_block=None,
        pooling="bands",
    )
    return blocks, branch


@pytest.fixture(scope="module", params=OTHERS)
def grafted(request, trained, tmp_path_factory):
    workspace = trained.copy(str(tmp_path_factory.mktemp(request.param) / "workspace"))
    train_tiny_branch(workspace, "bag")
    backbone = BACKBONES[request.param]
    return Grafted(backbone, workspace, *train(workspace, backbone))


def test_manifests_say_which_backbone_it_is(grafted):
    trunk = manifest.read(grafted.workspace.path("trunks", "0002"))
    branch = manifest.read(grafted.workspace.path("branches", "hat", "0001"))
    assert trunk["backbone"] == branch["backbone"] == grafted.backbone.name
    assert (trunk["last_block"], branch["last_block"]) == (grafted.blocks.last,) * 2
    low, high = grafted.backbone.value_range
    assert trunk["preprocessing"] == {"height": HEIGHT, "width": WIDTH, "low": low, "high": high}


def test_grafting_is_exact(grafted):
    workspace = grafted.workspace
    tree = newest_tree(workspace, trunk="0002", branches={"hat": None})
    version = compose(workspace, publish_tree(workspace, tree), provenance=Provenance())
    model = tf.saved_model.load(workspace.path(*GRAFTNET_DIR, version)).signatures
    answer = model["serving_default"](images=tf.constant(IMAGES))["hat"]
    preprocessing = Preprocessing(HEIGHT, WIDTH, *grafted.backbone.value_range)
    taps = grafted.blocks.taps(preprocessing(tf.constant(IMAGES)))
    expected = grafted.branch.scores(taps[f"block{grafted.branch.graft_after}"])[:, 1]
    assert np.ptp(expected) > 1e-4, "the images are told apart"
    np.testing.assert_allclose(answer, expected, atol=1e-5)
    costs = BlockCosts.of(HEIGHT, WIDTH, grafted.backbone)
    card = json.loads(model["metadata"]()["metadata"].numpy())["cost"]["multiply_adds"]
    last = grafted.blocks.last
    assert card == {
        "trunk": costs.forward(0, last - 1),
        "branches": {"hat": costs.forward(last, last)},
    }


@pytest.mark.slow
def test_a_killed_training_ends_as_it_would_have(grafted, trained, tmp_path):
    workspace = trained.copy(str(tmp_path / "workspace"))
    with counted_steps(DynamicTrunk, "train", [], kill=3), pytest.raises(Killed):
        train(workspace, grafted.backbone)
    blocks, branch = train(workspace, grafted.backbone)
    assert blocks.fingerprints("") == grafted.blocks.fingerprints("")
    for found, expected in zip(branch.variables, grafted.branch.variables, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_two_backbones_in_one_tree_are_refused_by_name(grafted):
    workspace = grafted.workspace
    tree = newest_tree(workspace, trunk="0002", branches={"hat": None, "bag": "0001"})
    expected = f"bag/0001 is of inception_v3, trunk 0002 of {grafted.backbone.name}"
    with pytest.raises(GraftNetError, match=expected):
        compose(workspace, publish_tree(workspace, tree), provenance=Provenance())
