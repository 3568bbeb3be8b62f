"""Promises of branch training: exact grafting, frozen trunk, resuming, seeds."""

import dataclasses
import functools
import math
import os
from unittest import mock

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.branch import train
from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.fine_tuning import FineTuning
from graftnet_tf.branch.temperature import Calibration
from graftnet_tf.branch.train import train_branch
from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation import metrics
from graftnet_tf.evaluation.operating_point import OperatingPoint, choose_threshold
from graftnet_tf.features.graft_features import CachedFeatures
from graftnet_tf.io import atomic_files
from graftnet_tf.io.run_lock import run_lock
from graftnet_tf.models.backbones import INCEPTION_V3
from graftnet_tf.models.precision import native_precision
from graftnet_tf.registry.tree import grafted
from graftnet_tf.registry.validation_part import read_validation_part
from graftnet_tf.training.loop import Loop
from graftnet_tf.trunk.trunk import Trunk
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.learnt_images import LEARNT_IMAGES, read_learnt_images
from graftnet_tf.workspace.tasks import write_list, write_task
from serving.lifecycle.recorded_config import branch_config
from tests.killed_runs import Killed, counted_steps, killed_publishing
from tests.trained_workspace import BRANCHES, CUT_SHORT, UNREADABLE, train_tiny_branch

IMAGES = np.random.default_rng(5).integers(0, 256, (4, 60, 70, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def records(trained):
    return {
        task: manifest.read(trained.workspace.path("branches", task, "0001")) for task in BRANCHES
    }


@pytest.mark.parametrize("task", BRANCHES)
def test_the_published_branch_gives_the_scores_of_the_network_in_memory(trained, task):
    trunk = tf.saved_model.load(trained.workspace.path("trunks", "0001", "saved_model"))
    inputs = trunk.signatures["preprocess"](images=tf.constant(IMAGES))["inputs"]
    features = trunk.signatures["taps"](inputs=inputs)[f"block{BRANCHES[task].graft_after}"]
    branch = tf.saved_model.load(trained.workspace.path("branches", task, "0001", "saved_model"))
    scores = branch.signatures["scores"](features=features)["scores"]
    expected = trained.scores(task, IMAGES)
    assert expected.shape == (4, len(trained.workspace.task(task).classes))
    np.testing.assert_allclose(expected.sum(axis=1), 1, rtol=1e-5)
    assert len(np.unique(expected.round(5), axis=0)) == 4, "the images are told apart"
    np.testing.assert_allclose(scores, expected, atol=1e-5)


def test_a_branch_names_its_trunk_and_its_shape(trained, records):
    fingerprints = Trunk.open(trained.workspace).fingerprints
    for task, config in BRANCHES.items():
        record = records[task]
        manifest.verify(trained.workspace.path("branches", task, "0001"))
        assert record["trunk_version"] == "0001"
        assert record["trunk_fingerprint"] == fingerprints[str(config.graft_after)]
        assert record["config"]["precision"] == native_precision()
        for field in ("graft_after", "last_block", "pooling", "reduction"):
            assert record[field] == getattr(config, field)
        assert record["task"] == trained.workspace.task(task).to_dict()
        assert set(record["thresholds"]) == set(record["task"]["attributes"])
        assert all(0 <= threshold <= 1 for threshold in record["thresholds"].values())


@pytest.mark.parametrize(
    ("steps", "batch", "count", "decided"),
    [
        (None, 32, 112, 28),  # 8 passes
        (None, 32, 113, 29),
        (None, 4, 1000, 300),
        (150, 32, 112, 150),
        (0, 32, 112, 0),
    ],
)
def test_a_small_task_is_not_learnt_by_heart_unless_steps_are_given(steps, batch, count, decided):
    config = BranchConfig(steps=steps, batch=batch)
    assert config.for_examples([count - 10, 10]).decided_steps == decided


@pytest.mark.parametrize(
    ("given", "counts", "decided"),
    [
        (None, (7, 1), False),  # 4 of 32 are positive on average
        (None, (7001, 999), True),
        (None, (50, 8, 5), True),  # 2.5 of the third class
        (True, (1, 1), True),
        (False, (99, 1), False),
    ],
)
def test_batches_are_balanced_where_others_would_have_few_of_a_class(given, counts, decided):
    config = BranchConfig(balanced_batches=given, batch=32)
    assert config.for_examples(counts).balanced_batches is decided


def test_what_was_left_open_is_decided_anew_when_it_is_trained_again(trained, tmp_path):
    workspace = trained.copy(str(tmp_path / "workspace"))
    left_open = dataclasses.replace(CUT_SHORT, steps=None, batch=16)
    with mock.patch.object(Loop, "run", autospec=True, return_value={}) as run:
        train_branch(workspace, "bag", left_open)
    record = manifest.read(workspace.path("branches", "bag", "0001"))
    kept = len(read_validation_part(workspace, "bag", "0001").examples)
    assert record["steps"] == run.call_args.args[0].steps == math.ceil(8 * (12 - kept) / 16)
    assert branch_config(record).steps is None
    assert record["balanced_batches"] is False
    assert branch_config(record).balanced_batches is None


def test_balanced_batches_need_no_weights(trained, tmp_path):
    workspace, seen = trained.copy(str(tmp_path / "workspace")), []

    def note(self, inputs, labels, weights, seed):
        tf.numpy_function(lambda *both: seen.append(both), [labels, weights], [])
        return tf.constant(0.0)

    with mock.patch.object(FineTuning, "_update", note):
        train_tiny_branch(workspace, "bag", steps=4, balanced_batches=True)
    assert [np.bincount(labels).tolist() for labels, _ in seen] == [[2, 2]] * 4
    assert all(weights.tolist() == [1] * 4 for _, weights in seen)
    assert manifest.read(workspace.path("branches", "bag", "0001"))["config"]["balanced_batches"]


def test_unreadable_images_are_listed(trained, records):
    assert list(records["hat"]["unreadable"]) == [trained.workspace.path(UNREADABLE)]
    assert records["bag"]["unreadable"] == {}


def test_the_validation_part_is_kept_with_the_scores_that_thresholds_came_from(trained, records):
    for task, record in records.items():
        part = read_validation_part(trained.workspace, task, "0001")
        listed = {example.image: example for example in trained.workspace.examples(task, "train")}
        assert all(listed[example.image] == example for example in part.examples)
        np.testing.assert_allclose(part.scores.sum(axis=1), 1, rtol=1e-5)
        for attribute, counts in record["metrics"]["validation_examples"].items():
            shown = part.examples.labels == part.task.class_index(attribute)
            column = part.scores[:, part.task.class_index(attribute)]
            assert counts == {"positives": shown.sum(), "negatives": (~shown).sum()}
            assert metrics.best_threshold(shown, column) == record["thresholds"][attribute]


@pytest.mark.parametrize("task", BRANCHES)
def test_a_branch_says_which_images_it_learnt_from(trained, records, task):
    """Those of its validation part too, by which its thresholds were chosen; none twice."""
    directory = trained.workspace.path("branches", task, "0001")
    paths = trained.workspace.training_split(task).paths
    readable = {atomic_files.sha256(it) for it in paths if not it.endswith(UNREADABLE)}
    (name, contents), *others = read_learnt_images(directory).items()
    found = {row.tobytes().hex() for row in contents}
    assert (name, others) == (task, [])
    assert len(found) == len(contents)
    assert readable <= found <= {atomic_files.sha256(path) for path in paths}
    assert LEARNT_IMAGES in records[task]["files"]


def test_a_branch_of_a_mining_did_not_learn_from_what_it_left_out(trained, tmp_path):
    workspace = trained.copy(str(tmp_path / "workspace"))
    split = workspace.training_split("bag")
    left = list(split.examples)[:-3]
    directory = workspace.path("tasks", "bag", "mining", "0001")
    write_list(os.path.join(directory, "train.csv"), split.task, left)
    atomic_files.write_json(os.path.join(directory, manifest.NAME), {"inputs": split.hashes})
    train_tiny_branch(workspace, "bag", mining="0001")
    held_out = read_validation_part(workspace, "bag", "0001").examples.images
    expected = {*(example.image for example in left), *held_out}
    assert len(expected) < len(split.examples)
    learnt = read_learnt_images(workspace.path("branches", "bag", "0001"))["bag"]
    assert {row.tobytes().hex() for row in learnt} == {
        atomic_files.sha256(workspace.image_path(image)) for image in expected
    }


def test_operating_points_are_chosen_on_the_validation_part(trained, tmp_path):
    workspace = trained.copy(str(tmp_path / "workspace"))
    wanted = OperatingPoint(min_precision=0.01)
    train_tiny_branch(workspace, "bag", operating_points={"bag": wanted})
    record = manifest.read(workspace.path("branches", "bag", "0001"))
    part = read_validation_part(workspace, "bag", "0001")
    shown = part.examples.labels == 1
    expected = choose_threshold(
        wanted, shown, part.scores[:, 1], part.examples.groups, attribute="bag"
    )
    assert record["thresholds"] == {"bag": expected.row.threshold}
    assert record["operating_points"]["bag"]["recall"] == 1
    assert record["missed_points"] == {}
    assert record["config"]["operating_points"] == {"bag": dataclasses.asdict(wanted)}


def test_of_few_groups_there_is_no_temperature(records):
    for record in records.values():
        assert record["temperature"] == 1
        assert record["calibration"]["fitted"] is None


def test_a_temperature_is_in_what_is_published(trained, tmp_path):
    """A hand-set one: the published scores, the kept ones and thresholds all go by it."""
    workspace = trained.copy(str(tmp_path / "workspace"))
    found = Calibration(temperature=2.0, fitted=2.0, nll=0.7, nll_cross_fitted=0.6)
    with mock.patch.object(train, "fit_temperature", return_value=found):
        train_tiny_branch(workspace, "bag")
        train_tiny_branch(workspace, "bag", calibration=False)
    calibrated, plain = (read_validation_part(workspace, "bag", it) for it in ("0001", "0002"))
    assert calibrated.examples == plain.examples
    expected = np.sqrt(plain.scores) / np.sqrt(plain.scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(calibrated.scores, expected, rtol=1e-4)
    temperatures = [
        grafted(workspace, "bag", version, ()).temperature for version in ("0001", "0002")
    ]
    assert temperatures == [2, 1]
    channels = INCEPTION_V3.channels[BRANCHES["bag"].graft_after]
    features = tf.random.stateless_uniform([3, 8, 8, channels], [0, 0])
    scores = [
        tf.saved_model.load(workspace.path("branches", "bag", version, "saved_model"))
        .signatures["scores"](features=features)["scores"]
        .numpy()
        for version in ("0001", "0002")
    ]
    expected = np.sqrt(scores[1]) / np.sqrt(scores[1]).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(scores[0], expected, rtol=1e-4)


def test_the_trunk_is_left_as_it_was_published(trained):
    directory = trained.workspace.path("trunks", "0001")
    assert trained.workspace.versions("trunks") == ["0001"]
    found = atomic_files.tree_sha256(directory)
    del found[manifest.NAME]
    assert found == manifest.read(directory)["files"]


def test_training_moves_weights_but_no_batch_norm_statistic(trained):
    before = trained.blocks[1]
    after = trained.branches["hat"].blocks[1]
    for layer, trained_layer in zip(before.layers, after.layers, strict=True):
        if isinstance(layer, tf.keras.layers.BatchNormalization):
            np.testing.assert_array_equal(trained_layer.moving_mean, layer.moving_mean)
            np.testing.assert_array_equal(trained_layer.moving_variance, layer.moving_variance)
            assert not np.array_equal(trained_layer.beta, layer.beta)
        for old, new in zip(layer.trainable_weights, trained_layer.trainable_weights, strict=True):
            assert not np.array_equal(old, new)


def test_no_steps_publish_the_trunk_s_own_blocks(trained):
    own, branched = (
        blocks.get_weights(1) for blocks in (trained.blocks, trained.branches["bag"].blocks)
    )
    for old, new in zip(own, branched, strict=True):
        np.testing.assert_array_equal(new, old)


counted = functools.partial(counted_steps, CachedFeatures, "augmented")


def test_a_killed_run_resumes_and_ends_as_it_would_have(trained, tmp_path):
    workspace = trained.copy(str(tmp_path / "workspace"))
    steps: list[int] = []
    with counted(steps, kill=3), pytest.raises(Killed):
        train_tiny_branch(workspace, "hat")
    assert steps == [0, 1, 2]
    (run,) = (path for path in os.listdir(workspace.path("runs")) if path.startswith("branch-hat"))
    with (
        run_lock(workspace.path("runs", run)),
        pytest.raises(GraftNetError, match="already running"),
    ):
        train_tiny_branch(workspace, "hat")

    with counted(steps := []), killed_publishing(), pytest.raises(Killed):
        train_tiny_branch(workspace, "hat")
    assert steps == [2, 3], "the checkpoint was made after step 1"
    assert workspace.versions("branches", "hat") == [], "nothing half-written is listed"

    with counted(steps := []):
        branch = train_tiny_branch(workspace, "hat")
    assert steps == [], "the last checkpoint is kept until the branch is published"
    assert workspace.versions("branches", "hat") == ["0001"]
    pairs = zip(branch.open_variables, trained.branches["hat"].open_variables, strict=True)
    for found, expected in pairs:
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("contradiction", "message"),
    [
        ({"graft_after": 7, "last_block": 7}, "0 ≤ graft_after < last_block ≤ 10"),
        ({"graft_after": -1}, "0 ≤ graft_after < last_block ≤ 10"),
        ({"last_block": 11}, "0 ≤ graft_after < last_block ≤ 10"),
        ({"pooling": "max"}, "Unknown pooling 'max'"),
        (
            {"graft_after": 5, "last_block": 7, "pooling": "bilinear"},
            "bilinear of 768 channels gives 589824 numbers .* limit is 65536.*--reduction",
        ),
        ({"last_block": 8, "reduction": 1280}, "1280 channels given; expected fewer than the 1280"),
        ({"last_block": 8, "reduction": -1}, "-1 channels given"),
        ({"precision": "float16"}, "'float16' given; expected one of auto, float32, bfloat16"),
    ],
)
def test_contradictions_are_refused(contradiction, message):
    with pytest.raises(GraftNetError, match=message):
        BranchConfig(**contradiction).on(INCEPTION_V3, 10)


@pytest.mark.parametrize(
    ("task", "config", "trunk", "message"),
    [
        ("shoes", CUT_SHORT, None, "No task 'shoes'.*bag, gender, hat"),
        ("hat", CUT_SHORT, "0007", "No trunks/0007.*0001"),
        (
            "hat",
            dataclasses.replace(CUT_SHORT, last_block=3),
            None,
            "Block 3 asked for; trunk 0001 ends at block 2",
        ),
        (
            "hat",
            dataclasses.replace(CUT_SHORT, operating_points={"cap": OperatingPoint(max_fpr=0.1)}),
            None,
            "Task hat reports no attribute cap; it reports hat",
        ),
    ],
)
def test_what_is_not_there_is_refused(trained, task, config, trunk, message):
    with pytest.raises(GraftNetError, match=message):
        train_branch(trained.workspace, task, config, trunk_version=trunk, cache_directory="")


def say_probabilities(workspace, task, cells):
    examples = [
        dataclasses.replace(example, columns={"probability": cell})
        for example, cell in zip(workspace.examples(task, "train"), cells, strict=True)
    ]
    write_task(workspace.path("tasks", task), workspace.task(task), {"train": examples})


def test_thresholds_are_weighted_by_the_probabilities_of_the_validation_part(trained, tmp_path):
    workspace = trained.copy(str(tmp_path / "workspace"))
    count = len(workspace.examples("bag", "train"))
    cells = {
        example.image: repr((number + 1) / count)
        for number, example in enumerate(workspace.examples("bag", "train"))
    }
    say_probabilities(workspace, "bag", cells.values())
    wanted = OperatingPoint(min_precision=0.01)
    train_tiny_branch(workspace, "bag", operating_points={"bag": wanted})
    record = manifest.read(workspace.path("branches", "bag", "0001"))
    part = read_validation_part(workspace, "bag", "0001")
    assert list(part.probabilities) == [cells[image] for image in part.examples.images]
    weights = 1 / np.array(list(part.probabilities), np.float64)
    found = record["operating_points"]["bag"]
    assert found["weighting"] == "probability"
    assert found["effective_size"] == pytest.approx(weights.sum() ** 2 / (weights**2).sum())


def test_what_is_no_probability_is_told_before_anything_is_trained(trained, tmp_path):
    workspace = trained.copy(str(tmp_path / "workspace"))
    count = len(workspace.examples("bag", "train"))
    say_probabilities(workspace, "bag", ["0.5"] * (count - 1) + ["much"])
    with (
        mock.patch.object(train.labelled_images, "label_each", None),
        pytest.raises(
            GraftNetError, match=r"tasks/bag/train.csv says probability 'much' of images"
        ),
    ):
        train_tiny_branch(workspace, "bag")
