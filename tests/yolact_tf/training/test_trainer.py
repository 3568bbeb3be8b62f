import dataclasses
import itertools
import json
import os
import signal

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.io.run_lock import run_lock
from tests.summary_events import read_events
from tests.yolact_tf import annotated_folder
from yolact_tf import build_yolact
from yolact_tf.checkpoints import weights_file
from yolact_tf.data.ground_truth import CROWD, PADDING, GroundTruth
from yolact_tf.errors import YolactError
from yolact_tf.training import job as job_module
from yolact_tf.training.job import Source, TrainingJob, run
from yolact_tf.training.optimizers import Optimization
from yolact_tf.training.trainer import TrainConfig, Trained, train

FAST = Optimization("adamw", learning_rate=3e-3, warmup_steps=2, milestones=(), weight_decay=0.0)
SIDE = 64


def _batch(step, boxes=((0.2, 0.2, 0.7, 0.9),), classes=(0,)):
    """Two images of noise with a white rectangle where each object is."""
    images = np.random.default_rng(step).uniform(0, 100, (2, SIDE, SIDE, 3)).astype(np.float32)
    masks = np.zeros((2, len(boxes), SIDE, SIDE), np.uint8)
    for place, box in enumerate(boxes):
        x1, y1, x2, y2 = (round(side * SIDE) for side in box)
        masks[:, place, y1:y2, x1:x2] = 1
        images[:, y1:y2, x1:x2] = 255
    truth = (np.float32([boxes] * 2), np.int32([classes] * 2), masks)
    return images, truth


def _batches(make):
    """What `train` takes, from a function of the step."""

    def from_step(start):
        for images, truth in map(make, itertools.count(start)):
            yield images, GroundTruth.of_masks(*truth)

    return from_step


def _network(seed=1):
    tf.keras.utils.set_random_seed(seed)
    return build_yolact("tiny", num_classes=2)


def _losses(directory):
    """What TensorBoard shows, by name."""
    found = {}
    for path in tf.io.gfile.glob(os.path.join(directory, "summaries", "*")):
        for event in read_events(path):
            for value in event.summary.value:
                found.setdefault(value.tag, {})[event.step] = float(tf.make_ndarray(value.tensor))
    return found


def test_losses_fall_and_are_shown(tiny, tmp_path):
    path = train(_network(), _batches(_batch), str(tmp_path), ("person",), TrainConfig(60)).weights
    losses = _losses(str(tmp_path))
    waiting = losses.pop("waiting")
    assert set(waiting) == set(range(1, 61))
    assert all(0 <= share <= 1 for share in waiting.values())
    assert set(losses) == {f"loss/{name}" for name in "BCMS"}
    totals = [sum(loss[step] for loss in losses.values()) for step in (1, 60)]
    assert totals[1] < totals[0]
    model, classes = weights_file.load(path)
    assert classes == ("person",)
    assert np.isfinite(model(_batch(0)[0] / 255)["conf"]).all()


@pytest.fixture
def in_one_order():
    """Has steps take their operations as they are written; a graph may add up in another order."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.mark.usefixtures("in_one_order")
@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_a_run_that_was_killed_ends_as_one_that_was_not(tiny, tmp_path, ema):
    config = TrainConfig(
        6, optimization=dataclasses.replace(FAST, ema=ema), checkpoint_every=2, seed=4
    )
    whole = train(_network(), _batches(_batch), str(tmp_path / "whole"), ("person",), config)
    assert whole.steps == 6

    def killed(step):
        if step == 5:
            raise KeyboardInterrupt
        return _batch(step)

    again = str(tmp_path / "again")
    with pytest.raises(KeyboardInterrupt):
        train(_network(), _batches(killed), again, ("person",), config)
    resumed = train(_network(seed=9), _batches(_batch), again, ("person",), config)
    assert resumed.steps == 2
    wanted, _ = weights_file.load(whole.weights)
    given, _ = weights_file.load(resumed.weights)
    for old, new in zip(wanted.get_weights(), given.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_the_average_is_what_is_kept(tiny, tmp_path):
    kept = []
    for ema in (0.0, 0.999):
        settings = TrainConfig(4, optimization=dataclasses.replace(FAST, ema=ema))
        done = train(_network(), _batches(_batch), str(tmp_path / f"{ema}"), ("person",), settings)
        kept.append(weights_file.load(done.weights)[0].trainable_weights)
    start = _network().trainable_weights
    moved = [
        sum(float(tf.norm(a - b)) for a, b in zip(start, weights, strict=True)) for weights in kept
    ]
    assert 0 < moved[1] < moved[0]


def test_the_best_by_the_evaluation_is_kept(tiny, tmp_path):
    scores, seen = iter([0.1, 0.7, 0.3]), []

    def evaluate(model):
        seen.append(model.get_weights())
        return next(scores)

    config = TrainConfig(6, optimization=FAST, evaluate_every=2)
    done = train(_network(), _batches(_batch), str(tmp_path), ("person",), config, evaluate)
    kept, _ = weights_file.load(done.weights)
    assert len(seen) == 3
    assert done.score == pytest.approx(0.7)
    for wanted, given in zip(seen[1], kept.get_weights(), strict=True):
        np.testing.assert_array_equal(wanted, given)


@pytest.mark.parametrize(
    ("boxes", "classes"),
    [
        (((0.0, 0.0, 0.0, 0.0),), (PADDING,)),
        (((0.1, 0.1, 0.9, 0.9), (0.0, 0.0, 0.5, 0.5)), (CROWD, CROWD)),
    ],
)
def test_images_without_objects_or_with_crowds_alone_are_learnt_from(
    tiny, tmp_path, boxes, classes
):
    config = TrainConfig(3, optimization=FAST)
    make = lambda step: _batch(step, boxes, classes)  # noqa: E731
    train(_network(), _batches(make), str(tmp_path), ("person",), config)
    losses = _losses(str(tmp_path))
    assert losses["loss/B"] == losses["loss/M"] == {1: 0, 2: 0, 3: 0}
    assert all(np.isfinite(list(loss.values())).all() for loss in losses.values())


def test_a_batch_that_makes_no_sense_moves_nothing(tiny, tmp_path):
    def make(step):
        images, truth = _batch(step)
        return images * (np.nan if step == 1 else 1), truth

    ends = []
    for steps in (1, 2):
        done = train(
            _network(), _batches(make), str(tmp_path), ("person",), TrainConfig(steps)
        )  # the second goes on where the first ended
        ends.append(weights_file.load(done.weights)[0].get_weights())
    for before, after in zip(*ends, strict=True):
        np.testing.assert_array_equal(before, after)
    assert set(_losses(str(tmp_path))["loss/B"]) == {1}


@pytest.mark.parametrize("evaluated", [False, True])
def test_sigterm_ends_a_run_after_its_step_where_it_goes_on(tiny, tmp_path, evaluated):
    before = signal.getsignal(signal.SIGTERM)
    evaluate = (lambda model: 0.5) if evaluated else None
    config = TrainConfig(4, optimization=FAST, checkpoint_every=100)
    closed = []

    def terminated(start):
        try:
            for step in itertools.count(start):
                if step == 2:
                    signal.raise_signal(signal.SIGTERM)
                images, truth = _batch(step)
                yield images, GroundTruth.of_masks(*truth)
        finally:
            closed.append(True)

    with pytest.raises(SystemExit) as ended:
        train(_network(), terminated, str(tmp_path), ("person",), config, evaluate)
    assert ended.value.code == 143
    assert closed
    assert signal.getsignal(signal.SIGTERM) == before
    assert (tmp_path / "last.npz").exists() == (not evaluated)
    done = train(_network(), _batches(_batch), str(tmp_path), ("person",), config, evaluate)
    assert done.steps == 1


def test_a_run_that_only_makes_nonsense_is_stopped(tiny, tmp_path):
    images = np.full((2, SIDE, SIDE, 3), np.inf, np.float32)
    nonsense = _batches(lambda step: (images, _batch(step)[1]))
    with pytest.raises(YolactError, match=r"20 batches in a row .* lower the learning rate"):
        train(_network(), nonsense, str(tmp_path), ("person",), TrainConfig(100))


@pytest.fixture
def folder(tmp_path):
    """A job's data: three images of which the second is damaged."""
    boxes = [annotated_folder.annotation(k, k, (10, 10, 40, 30)) for k in (1, 2, 3)]
    annotations = annotated_folder.write(str(tmp_path), annotated_folder.content(boxes, 3))
    (tmp_path / "2.png").write_bytes(b"not an image")
    return Source(annotations, str(tmp_path))


def test_a_job_goes_from_files_to_weights_and_its_directory_is_its_own(tiny, tmp_path, folder):
    job = TrainingJob(
        "tiny", (folder,), TrainConfig(2, evaluate_every=1), validation=folder, batch_size=2
    )
    directory = str(tmp_path / "run")
    path = run(job, directory)
    _, classes = weights_file.load(path)
    assert classes == ("person", "bag")
    assert run(job, directory) == path == os.path.join(directory, "best.npz")
    with pytest.raises(YolactError, match="training with another batch_size;"):
        run(dataclasses.replace(job, batch_size=3), directory)
    further = dataclasses.replace(job, weights=path, training=TrainConfig(1), precision="bfloat16")
    assert weights_file.load(run(further, str(tmp_path / "further")))[1] == classes


def test_the_manifest_counts_what_was_unreadable_and_stays_as_it_was(tiny, tmp_path, folder):
    job = TrainingJob("tiny", (folder,), TrainConfig(2), batch_size=6)
    directory = tmp_path / "run"
    with (
        run_lock(str(directory)),
        pytest.raises(GraftNetError, match="already running"),
    ):
        run(job, str(directory))
    path = run(job, str(directory), "mirrored")
    manifest = json.loads((directory / "manifest.json").read_text())
    damaged = str(tmp_path / "2.png")
    assert list(manifest["unreadable"]) == [damaged]
    assert "cannot be decoded" in manifest["unreadable"][damaged]
    assert manifest["unreadable"] == json.loads((directory / "unreadable.json").read_text())
    assert manifest["weights"] == {"last.npz": atomic_files.sha256(path)}
    assert (manifest["images"], manifest["skipped"], manifest["replicas"]) == (3, 0, 1)
    assert 0 < manifest["waiting"] < 1
    assert manifest["metrics"] == {"mask_ap": None}
    run(job, str(directory))
    assert json.loads((directory / "manifest.json").read_text()) == manifest


def test_a_job_starts_from_weights_that_its_seed_gives(tiny, tmp_path, folder, monkeypatch):
    def start(name, seed):
        run(TrainingJob("tiny", (folder,), TrainConfig(1, seed)), str(tmp_path / name))
        return starts.pop()

    def noting(model, batches, directory, *rest):
        starts.append(model.get_weights())
        path = os.path.join(directory, "last.npz")
        weights_file.save(model, path, ("person", "bag"))
        return Trained(path, 0, 0.0, None)

    starts = []
    monkeypatch.setattr(job_module, "train", noting)
    first, second, other = start("first", 3), start("second", 3), start("other", 4)
    assert all(map(np.array_equal, first, second))
    assert not all(map(np.array_equal, first, other))
