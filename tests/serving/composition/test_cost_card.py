"""What a composed model says that it costs."""

import json

import pytest
import tensorflow as tf

from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.manifest import Provenance
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import Workspace
from serving.composition.compose import compose
from serving.composition.cost_card import cost_line, milliseconds, multiply_adds
from serving.composition.parts import LoadedBranch, LoadedTrunk
from tests.serving.fake_versions import publish_branch, publish_trunk


def trunk(costs):
    return LoadedTrunk("0001", 3, {}, {}, None, costs=costs)


def branch(task, graft_after, last_block, reduction=0):
    return LoadedBranch(
        *("0001", Task.binary(task), "0001", ""), graft_after, last_block, "gap", None, reduction
    )


def test_the_trunk_counts_as_far_as_it_is_needed_and_each_branch_its_own_blocks():
    blocks = {"multiply_adds": [1000, 200, 30, 4], "values": [70, 60, 50, 40]}
    branches = [branch("hat", 0, 2), branch("bag", 1, 3, reduction=8), branch("tie", 0, 1)]
    assert multiply_adds(trunk(blocks), branches) == {
        "trunk": 1200,
        "branches": {"hat": 230, "bag": 34 + 8 * 40, "tie": 200},
    }


def test_a_trunk_of_an_earlier_release_does_not_say():
    assert multiply_adds(trunk(None), [branch("hat", 0, 2)]) is None


def test_milliseconds_are_those_of_both_batches_after_one_that_does_not_count():
    seen = []

    def score_images(images):
        tf.py_function(lambda: seen.append(1), [], [])
        return {"hat": tf.reduce_mean(tf.cast(images, tf.float32), axis=[1, 2, 3])}

    found = milliseconds(score_images, (4, 5, 3))
    assert set(found) == {"1", "8"}
    assert min(found.values()) > 0
    assert len(seen) == 2 * 8


@pytest.mark.parametrize("timed", [False, True])
def test_the_card_is_in_the_metadata_and_in_the_manifest(tmp_path, timed):
    workspace = Workspace(str(tmp_path), create=True)
    publish_trunk(workspace)
    publish_branch(workspace, "bald")
    version = compose(workspace, timed=timed, provenance=Provenance())
    directory = workspace.path(*GRAFTNET_DIR, version)
    signature = tf.saved_model.load(directory).signatures["metadata"]
    card = json.loads(signature()["metadata"].numpy())["cost"]
    assert card == manifest.read(directory)["cost"]
    assert card["multiply_adds"] is None
    assert ("milliseconds" in card, "machine" in card) == (timed, timed)
    if timed:
        assert cost_line(card).startswith("Cost of an image: ")
        assert "ms a batch of 8, on " in cost_line(card)


def test_the_line_for_people():
    card = {
        "multiply_adds": {"trunk": 250_000_000, "branches": {"hat": 40_000_000, "bag": 20_000_000}},
        "milliseconds": {"1": 12.5, "8": 60.0},
        "machine": {"cpus": 2, "gpus": 0},
    }
    assert cost_line(card) == (
        "Cost of an image: 250 M multiply-adds of the trunk and 60 M of 2 branches, "
        "12.5 ms a batch of 1, 60 ms a batch of 8, on 2 CPUs"
    )
