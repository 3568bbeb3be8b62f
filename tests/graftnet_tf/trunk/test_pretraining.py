"""Promises of trunk training: frozen blocks, resuming, seeds, what the manifest says."""

import dataclasses
import functools
import json
import os
import shutil

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.io.run_lock import run_lock
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.weights import load
from graftnet_tf.trunk.dynamic_graph import DynamicTrunk
from graftnet_tf.trunk.pretraining import TrunkConfig, train_trunk
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.learnt_images import LEARNT_IMAGES, read_learnt_images
from graftnet_tf.workspace.workspace import Workspace
from tests.killed_runs import Killed, counted_steps, killed_publishing
from tests.summary_events import read_events
from tests.trained_workspace import (
    TRUNK,
    UNREADABLE,
    draw_workspace,
    train_tiny_trunk,
)


@pytest.fixture(scope="module")
def initial(trained):
    blocks = Blocks(0, TRUNK.last_block)
    load(blocks, trained.initial)
    return blocks


@pytest.fixture(scope="module")
def record(trained):
    return manifest.read(trained.workspace.path("trunks", "0001"))


def assert_same_weights(blocks, others, numbers):
    for number in numbers:
        for found, expected in zip(
            blocks.get_weights(number), others.get_weights(number), strict=True
        ):
            np.testing.assert_array_equal(found, expected)


def test_frozen_blocks_keep_every_bit_and_open_ones_move(trained, initial):
    assert_same_weights(trained.blocks, initial, range(TRUNK.train_from))
    for number in range(TRUNK.train_from, TRUNK.last_block + 1):
        pairs = zip(trained.blocks.get_weights(number), initial.get_weights(number), strict=True)
        assert all(not np.array_equal(found, before) for found, before in pairs)


def test_published_fingerprints_are_of_what_was_published(trained, record, initial):
    context = Trunk.open(trained.workspace).preprocessing.to_dict()
    text = json.dumps(context, sort_keys=True)
    assert record["fingerprints"] == trained.blocks.fingerprints(text)
    before = initial.fingerprints(text)
    same = [number for number, digest in record["fingerprints"].items() if before[number] == digest]
    assert same == [str(number) for number in range(TRUNK.train_from)]


def test_the_trunk_opens_with_the_weights_it_was_published_with(trained):
    trunk = Trunk.open(trained.workspace, "0001")
    assert_same_weights(trunk.blocks(1, 2), trained.blocks, (1, 2))
    with pytest.raises(GraftNetError, match="Block 3 asked for; trunk 0001 ends at block 2"):
        trunk.blocks(0, 3)


def test_the_saved_model_gives_the_taps_of_the_network_in_memory(trained):
    signatures = tf.saved_model.load(
        trained.workspace.path("trunks", "0001", "saved_model")
    ).signatures
    images = tf.constant(np.random.default_rng(0).integers(0, 256, (3, 50, 99, 3), dtype=np.uint8))
    inputs = signatures["preprocess"](images=images)["inputs"]
    np.testing.assert_array_equal(inputs, Preprocessing(80, 75)(images))
    taps = signatures["taps"](inputs=inputs)
    expected = trained.blocks.taps(inputs)
    assert set(taps) == set(expected) == {"block0", "block1", "block2"}
    for name, values in expected.items():
        np.testing.assert_allclose(taps[name], values, rtol=1e-4, atol=1e-4)


def test_the_manifest_tells_what_went_in_and_what_was_left_out(trained, record):
    manifest.verify(trained.workspace.path("trunks", "0001"))
    assert record["tasks"] == ["bag", "gender", "hat"]
    of_tasks = {f"data/{task}" for task in record["tasks"]}
    assert set(record["inputs"]) == {"initial_weights", *of_tasks}
    assert list(record["unreadable"]) == [trained.workspace.path(UNREADABLE)]
    assert record["preprocessing"] == {"height": 80, "width": 75, "low": 0.0, "high": 1.0}
    assert record["seed"] == TRUNK.seed
    assert all(np.isfinite(loss) for loss in record["metrics"]["loss"].values())


def test_a_trunk_says_which_images_it_learnt_from(trained):
    workspace = trained.workspace
    learnt = read_learnt_images(workspace.path("trunks", "0001"))
    assert set(learnt) == {"bag", "gender", "hat"}
    for task, contents in learnt.items():
        paths = workspace.training_split(task).paths
        expected = {atomic_files.sha256(path) for path in paths}
        assert {row.tobytes().hex() for row in contents} == expected
    assert LEARNT_IMAGES in manifest.read(workspace.path("trunks", "0001"))["files"]


@pytest.mark.parametrize(
    ("says", "steps", "counts"),
    [
        (True, 2, {"bag": 12, "gender": 12, "hat": 13}),
        (True, 0, {"bag": 12, "gender": 12, "hat": 13}),
        (False, 2, None),
    ],
)
def test_a_trunk_learnt_from_what_its_initial_weights_had(trained, tmp_path, says, steps, counts):
    workspace = draw_workspace(str(tmp_path / "workspace"))
    shutil.copytree(trained.workspace.path("trunks", "0001"), tmp_path / "before")
    if not says:
        os.remove(tmp_path / "before" / LEARNT_IMAGES)
    config = dataclasses.replace(
        TRUNK, initial_weights=str(tmp_path / "before" / "weights.npz"), steps=steps
    )
    train_trunk(workspace, config, tasks=["bag"])
    learnt = read_learnt_images(workspace.path("trunks", "0001"))
    assert (learnt and {task: len(contents) for task, contents in learnt.items()}) == counts


def test_a_trunk_without_steps_learnt_from_nothing(trained, tmp_path):
    workspace = draw_workspace(str(tmp_path / "workspace"))
    train_trunk(workspace, dataclasses.replace(TRUNK, initial_weights=trained.initial, steps=0))
    assert read_learnt_images(workspace.path("trunks", "0001")) == {}


def test_summaries_stay_and_checkpoints_go(trained):
    (run,) = tf.io.gfile.glob(trained.workspace.path("runs", "trunk-*"))
    assert os.listdir(run) == ["summaries"]
    (events,) = os.listdir(os.path.join(run, "summaries"))
    tags = {
        value.tag
        for event in read_events(os.path.join(run, "summaries", events))
        for value in event.summary.value
    }
    assert tags <= {"loss/bag", "loss/gender", "loss/hat", "waiting"}
    assert "waiting" in tags


counted = functools.partial(counted_steps, DynamicTrunk, "train")


def test_a_killed_run_resumes_and_ends_as_it_would_have(trained, tmp_path):
    workspace = draw_workspace(str(tmp_path / "workspace"))
    steps: list[int] = []
    with counted(steps, kill=3), pytest.raises(Killed):
        train_tiny_trunk(workspace, trained.initial)
    assert steps == [0, 1, 2]
    run = workspace.path("runs", *os.listdir(workspace.path("runs")))
    with run_lock(run), pytest.raises(GraftNetError, match="already running"):
        train_tiny_trunk(workspace, trained.initial)

    with counted(steps := []):
        other = train_tiny_trunk(workspace, trained.initial, seed=4, last_block=1)
    assert steps == [0, 1, 2, 3], "another configuration is not resumed"
    assert not np.array_equal(other.get_weights(1)[0], trained.blocks.get_weights(1)[0])
    assert workspace.versions("trunks") == ["0001"]

    with counted(steps := []), killed_publishing(), pytest.raises(Killed):
        train_tiny_trunk(workspace, trained.initial)
    assert steps == [2, 3], "the checkpoint was made after step 1"
    assert workspace.versions("trunks") == ["0001"], "nothing half-written is listed"

    with counted(steps := []):
        blocks = train_tiny_trunk(workspace, trained.initial)
    assert steps == [], "the last checkpoint is kept until the trunk is published"
    assert workspace.versions("trunks") == ["0001", "0002"]
    assert_same_weights(blocks, trained.blocks, blocks.numbers())


@pytest.mark.parametrize(
    ("contradiction", "message"),
    [
        ({"train_from": 8, "last_block": 7}, "train_from 8 and last_block 7"),
        ({"last_block": 11}, "last_block 11"),
        ({"width": 74}, "192×74"),
        ({"precision": "float16"}, "'float16' given"),
    ],
)
def test_contradictions_are_refused(contradiction, message):
    with pytest.raises(GraftNetError, match=message):
        TrunkConfig(**contradiction)


def test_a_workspace_without_tasks_is_refused(tmp_path):
    with pytest.raises(GraftNetError, match="has no tasks"):
        train_trunk(Workspace(str(tmp_path)), dataclasses.replace(TRUNK))


@pytest.mark.parametrize(
    ("fields", "probed", "batch_statistics"),
    [
        ({}, False, True),
        ({"initial_weights": "imagenet"}, True, False),
        ({"initial_weights": "imagenet", "probe_heads": False}, False, False),
        ({"initial_weights": "imagenet", "batch_statistics": True}, True, True),
        ({"probe_heads": True, "batch_statistics": False}, True, False),
    ],
)
def test_initial_weights_give_heads_a_start_and_batch_norms_their_statistics(
    fields, probed, batch_statistics
):
    settled = TrunkConfig(**fields).settled()
    assert (settled.probe_heads, settled.batch_statistics) == (probed, batch_statistics)


def test_stored_statistics_stay_and_what_is_trained_moves(trained, initial, tmp_path):
    workspace = draw_workspace(str(tmp_path / "workspace"))
    blocks = train_tiny_trunk(workspace, trained.initial, batch_statistics=False)
    for number in range(TRUNK.train_from, TRUNK.last_block + 1):
        for layer, other in zip(blocks[number].layers, initial[number].layers, strict=True):
            if isinstance(layer, tf.keras.layers.BatchNormalization):
                np.testing.assert_array_equal(layer.moving_mean, other.moving_mean)
                np.testing.assert_array_equal(layer.moving_variance, other.moving_variance)
                assert not np.array_equal(layer.beta, other.beta)
