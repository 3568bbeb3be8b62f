"""Grafting is exact, end to end: from trained networks in memory to the composed model."""

import json

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.registry.tree import newest_tree, publish_tree
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import Provenance
from serving.composition.compose import compose

IMAGES = np.random.default_rng(6).integers(0, 256, (5, 100, 60, 3), dtype=np.uint8)


def composed(workspace, *tasks):
    """Signatures of a model composed of these tasks' branches."""
    tree = publish_tree(workspace, newest_tree(workspace, branches=dict.fromkeys(tasks)))
    version = compose(workspace, tree, provenance=Provenance())
    return tf.saved_model.load(workspace.path(*GRAFTNET_DIR, version)).signatures


def scores(signatures):
    answer = signatures["serving_default"](images=tf.constant(IMAGES))
    return {attribute: values.numpy() for attribute, values in answer.items()}


@pytest.fixture(scope="module")
def models(trained):
    """Models of two branches, and of these and a third one."""
    return composed(trained.workspace, "hat", "gender"), composed(
        trained.workspace, "hat", "gender", "bag"
    )


def test_composed_scores_are_those_of_the_networks_in_memory(trained, models):
    found = scores(models[1])
    hat, gender, bag = (trained.scores(task, IMAGES) for task in ("hat", "gender", "bag"))
    expected = {
        "hat": hat[:, 1],
        "male": gender[:, 1],
        "female": gender[:, 2],
        "bag": bag[:, 1],
    }
    assert set(found) == set(expected)
    for attribute, values in expected.items():
        assert np.ptp(values) > 2e-4, "the images are told apart, by more than the tolerance"
        np.testing.assert_allclose(found[attribute], values, atol=1e-5)


def test_a_third_branch_leaves_every_bit_of_the_other_heads(models):
    before, after = map(scores, models)
    assert set(after) - set(before) == {"bag"}
    for attribute, values in before.items():
        np.testing.assert_array_equal(after[attribute], values)


def test_the_composed_model_says_what_was_trained(trained, models):
    document = json.loads(models[1]["metadata"]()["metadata"].numpy())
    assert document["preprocessing"] == {"height": 80, "width": 75, "low": 0.0, "high": 1.0}
    assert document["tasks"]["gender"]["pooling"] == "bilinear"
    assert document["tasks"]["gender"]["reduction"] == 8
    branch = manifest.read(trained.workspace.path("branches", "hat", "0001"))
    assert document["attributes"]["hat"]["threshold"] == branch["thresholds"]["hat"]
