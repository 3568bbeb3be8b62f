"""Models of reduced precision, from trained networks to the manifest."""

import os
import shutil

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.saved_model import PRECISIONS
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.registry.tree import newest_tree, publish_tree, read_tree
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.tasks import write_task
from graftnet_tf.workspace.workspace import Workspace
from serving.composition.compose import compose
from tests.serving.fake_versions import publish_branch, publish_trunk

pytestmark = pytest.mark.slow

REDUCED = {"bfloat16": 0.05, "float16": 0.005}
IMAGES = np.random.default_rng(6).integers(0, 256, (5, 100, 60, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def workspace(trained, tmp_path_factory):
    """Trained networks, with images to test them on."""
    root = str(tmp_path_factory.mktemp("precision") / "workspace")
    shutil.copytree(trained.workspace.root, root, ignore=shutil.ignore_patterns("cache", "runs"))
    workspace = Workspace(root)
    for name in ("hat", "gender"):
        examples = workspace.examples(name, "train")
        splits = {"train": examples, "test": examples}
        write_task(workspace.path("tasks", name), workspace.task(name), splits)
    return workspace


def composed(workspace, precision=None):
    chosen = dict.fromkeys(("hat", "gender"))
    tree = publish_tree(workspace, newest_tree(workspace, branches=chosen, precision=precision))
    return workspace.path(*GRAFTNET_DIR, compose(workspace, tree, provenance=Provenance()))


@pytest.fixture(scope="module")
def models(workspace):
    return {precision: composed(workspace, precision) for precision in PRECISIONS}


def scores(directory):
    signature = tf.saved_model.load(directory).signatures["serving_default"]
    return {name: values.numpy() for name, values in signature(images=IMAGES).items()}


@pytest.mark.parametrize(("precision", "tolerance"), REDUCED.items())
def test_scores_are_close_and_not_the_same(models, precision, tolerance):
    exact, reduced = scores(models["float32"]), scores(models[precision])
    for name, values in exact.items():
        np.testing.assert_allclose(reduced[name], values, atol=tolerance)
        assert (reduced[name] != values).any()


@pytest.mark.parametrize("precision", REDUCED)
def test_weights_take_about_half_the_room(models, precision):
    sizes = [
        sum(os.path.getsize(file.path) for file in os.scandir(os.path.join(models[p], "variables")))
        for p in ("float32", precision)
    ]
    assert sizes[1] < 0.55 * sizes[0]


@pytest.mark.parametrize(("precision", "tolerance"), REDUCED.items())
def test_the_manifest_says_what_it_costs(models, precision, tolerance):
    assert "precision_cost" not in manifest.read(models["float32"])
    content = manifest.read(models[precision])
    assert content["precision"] == precision
    assert set(content["precision_cost"]) == {"hat", "male", "female"}
    for cost in content["precision_cost"].values():
        assert 0 < cost["largest_score_change"] < tolerance
        assert abs(cost["auc"] - cost["auc_float32"]) < 0.2


def test_later_trees_keep_the_precision(workspace, models):
    tree = manifest.read(composed(workspace))["tree"]
    assert read_tree(workspace, tree).precision == PRECISIONS[-1]


def test_a_part_without_the_precision_is_refused(tmp_path):
    workspace = Workspace(str(tmp_path))
    publish_trunk(workspace)
    publish_branch(workspace, "bald")
    tree = newest_tree(workspace, precision="bfloat16")
    with pytest.raises(GraftNetError, match="0001 was published without a bfloat16 form"):
        compose(workspace, publish_tree(workspace, tree), provenance=Provenance())
