"""Every pooling, with and without a reduction, from training to the served answer."""

import itertools
import json

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.branch.branch import LONGEST
from graftnet_tf.models.backbones import INCEPTION_V3
from graftnet_tf.pooling import POOLINGS, pooled_length
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.registry.tree import newest_tree, publish_tree
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.tasks import Task, write_task
from serving.client import AttributeClient
from serving.composition.compose import compose
from serving.model_server.server import ModelServer
from tests.trained_workspace import Trained, train_tiny_branch

LAST_BLOCK = 1
SHAPES = {
    f"{pooling}_{reduction}": {"pooling": pooling, "reduction": reduction}
    for pooling, reduction in itertools.product(POOLINGS, (0, 8))
    if pooled_length(pooling, reduction or INCEPTION_V3.channels[LAST_BLOCK]) <= LONGEST
}
IMAGES = np.random.default_rng(6).integers(0, 256, (4, 100, 60, 3), dtype=np.uint8)

pytestmark = pytest.mark.slow  # three shapes take part in the quick tests of every promise
every_shape = pytest.mark.parametrize("name", SHAPES)


@pytest.fixture(scope="module")
def shapes(trained, tmp_path_factory):
    """A branch of each shape, for a task of its name with the images of bags."""
    workspace = trained.copy(str(tmp_path_factory.mktemp("shapes") / "workspace"))
    bags = workspace.examples("bag", "train")
    branches = {}
    for name, shape in SHAPES.items():
        write_task(workspace.path("tasks", name), Task.binary(name), {"train": bags})
        branches[name] = train_tiny_branch(
            workspace, name, last_block=LAST_BLOCK, steps=2, checkpoint_every=2, **shape
        )
    return Trained(workspace, trained.initial, trained.blocks, branches)


@pytest.fixture(scope="module")
def base_path(shapes):
    """Of the model composed of all of them."""
    tree = newest_tree(shapes.workspace, branches=dict.fromkeys(SHAPES))
    compose(shapes.workspace, publish_tree(shapes.workspace, tree), provenance=Provenance())
    return shapes.workspace.path(*GRAFTNET_DIR)


@pytest.fixture(scope="module")
def model(base_path):
    return tf.saved_model.load(f"{base_path}/1").signatures


@pytest.fixture(scope="module")
def answer(model):
    return model["serving_default"](images=tf.constant(IMAGES))


@every_shape
def test_grafting_is_exact(shapes, answer, name):
    expected = shapes.scores(name, IMAGES)[:, 1]
    assert np.ptp(expected) > 1e-4, "the images are told apart"
    np.testing.assert_allclose(answer[name], expected, atol=1e-5)


@every_shape
def test_the_shape_is_in_the_manifest_and_in_the_metadata(shapes, model, name):
    record = manifest.read(shapes.workspace.path("branches", name, "0001"))
    document = json.loads(model["metadata"]()["metadata"].numpy())["tasks"][name]
    for shown in (record, document):
        assert {field: shown[field] for field in SHAPES[name]} == SHAPES[name]


@every_shape
def test_everything_open_is_trained_the_reduction_too(shapes, trained, name):
    branch = shapes.branches[name]
    convolutions = [layer for layer in branch.blocks[LAST_BLOCK].layers if layer.weights]
    for layer in (convolutions[0], branch.reduction, branch.classifier):
        if layer:
            assert any(variable is layer.kernel for variable in branch.open_variables)
    before = trained.blocks.get_weights(LAST_BLOCK)[0]
    assert not np.array_equal(branch.blocks.get_weights(LAST_BLOCK)[0], before)
    if branch.reduction:
        kernel = branch.reduction.kernel.numpy()[0, 0]
        products = kernel.T @ kernel
        np.testing.assert_allclose(products, np.eye(8), atol=0.05, err_msg="near its start")
        assert not np.allclose(products, np.eye(8), atol=1e-6), "moved from its start"


def test_every_shape_answers_over_grpc(shapes, base_path):
    image = shapes.workspace.path("images", "person00.png")
    content = tf.io.decode_png(tf.io.read_file(image), channels=3)[tf.newaxis].numpy()
    with ModelServer(base_path) as server, AttributeClient(server.address) as client:
        [result] = client.predict([image])
    assert set(result.scores) == set(SHAPES)
    for name, score in result.scores.items():
        assert score == pytest.approx(shapes.scores(name, content)[0, 1], abs=1e-5)
