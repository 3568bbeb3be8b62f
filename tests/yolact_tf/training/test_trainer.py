import dataclasses
import os

import numpy as np
import pytest
import tensorflow as tf

from tests.yolact_tf import annotated_folder
from yolact_tf import build_yolact
from yolact_tf.checkpoints import weights_file
from yolact_tf.data.ground_truth import CROWD, PADDING
from yolact_tf.errors import YolactError
from yolact_tf.training.job import Source, TrainingJob, run
from yolact_tf.training.optimizers import Optimization
from yolact_tf.training.trainer import TrainConfig, train

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
    signature = (
        tf.TensorSpec((2, SIDE, SIDE, 3)),
        (
            tf.TensorSpec((2, None, 4)),
            tf.TensorSpec((2, None), tf.int32),
            tf.TensorSpec((2, None, SIDE, SIDE), tf.uint8),
        ),
    )

    def from_step(start):
        def generate():
            step = start
            while True:
                yield make(step)
                step += 1

        return tf.data.Dataset.from_generator(generate, output_signature=signature)

    return from_step


def _network(seed=1):
    tf.keras.utils.set_random_seed(seed)
    return build_yolact("tiny", num_classes=2)


def _losses(directory):
    """What TensorBoard shows, by name."""
    found = {}
    for path in tf.io.gfile.glob(os.path.join(directory, "summaries", "*")):
        for event in tf.compat.v1.train.summary_iterator(path):
            for value in event.summary.value:
                found.setdefault(value.tag, {})[event.step] = float(tf.make_ndarray(value.tensor))
    return found


def test_losses_fall_and_are_shown(tiny, tmp_path):
    path = train(_network(), _batches(_batch), str(tmp_path), ("person",), TrainConfig(60))
    losses = _losses(str(tmp_path))
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


@pytest.mark.filterwarnings("ignore:Even though the:UserWarning")  # of tf.data, run eagerly
@pytest.mark.usefixtures("in_one_order")
@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_a_run_that_was_killed_ends_as_one_that_was_not(tiny, tmp_path, ema):
    config = TrainConfig(
        6, optimization=dataclasses.replace(FAST, ema=ema), checkpoint_every=2, seed=4
    )
    whole = train(_network(), _batches(_batch), str(tmp_path / "whole"), ("person",), config)

    def killed(step):
        if step == 5:
            raise KeyboardInterrupt
        return _batch(step)

    again = str(tmp_path / "again")
    with pytest.raises(tf.errors.UnknownError):
        train(_network(), _batches(killed), again, ("person",), config)
    resumed = train(_network(seed=9), _batches(_batch), again, ("person",), config)
    wanted, _ = weights_file.load(whole)
    given, _ = weights_file.load(resumed)
    for old, new in zip(wanted.get_weights(), given.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_the_average_is_what_is_kept(tiny, tmp_path):
    kept = []
    for ema in (0.0, 0.999):
        settings = TrainConfig(4, optimization=dataclasses.replace(FAST, ema=ema))
        path = train(_network(), _batches(_batch), str(tmp_path / f"{ema}"), ("person",), settings)
        kept.append(weights_file.load(path)[0].trainable_weights)
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
    path = train(_network(), _batches(_batch), str(tmp_path), ("person",), config, evaluate)
    kept, _ = weights_file.load(path)
    assert len(seen) == 3
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
        path = train(
            _network(), _batches(make), str(tmp_path / f"{steps}"), ("person",), TrainConfig(steps)
        )
        ends.append(weights_file.load(path)[0].get_weights())
    for before, after in zip(*ends, strict=True):
        np.testing.assert_array_equal(before, after)
    assert set(_losses(str(tmp_path / "2"))["loss/B"]) == {1}


def test_a_run_that_only_makes_nonsense_is_stopped(tiny, tmp_path):
    nonsense = _batches(lambda step: (np.full((2, SIDE, SIDE, 3), np.inf), _batch(step)[1]))
    with pytest.raises(YolactError, match=r"20 batches in a row .* lower the learning rate"):
        train(_network(), nonsense, str(tmp_path), ("person",), TrainConfig(100))


def test_a_job_goes_from_files_to_weights_and_its_directory_is_its_own(tiny, tmp_path):
    boxes = [annotated_folder.annotation(k, k, (10, 10, 40, 30)) for k in (1, 2, 3)]
    annotations = annotated_folder.write(str(tmp_path), annotated_folder.content(boxes, 3))
    (tmp_path / "2.png").write_bytes(b"not an image")
    source = Source(annotations, str(tmp_path))
    job = TrainingJob(
        "tiny", (source,), TrainConfig(2, evaluate_every=1), validation=source, batch_size=2
    )
    directory = str(tmp_path / "run")
    _, classes = weights_file.load(run(job, directory))
    assert classes == ("person", "bag")
    skipped = (tmp_path / "run" / "skipped.txt").read_text()
    assert "2.png" in skipped
    assert run(job, directory) == os.path.join(directory, "best.npz")
    with pytest.raises(YolactError, match="training with another batch_size;"):
        run(dataclasses.replace(job, batch_size=3), directory)
    further = dataclasses.replace(
        job,
        weights=os.path.join(directory, "best.npz"),
        training=TrainConfig(1),
        precision="bfloat16",
    )
    assert weights_file.load(run(further, str(tmp_path / "further")))[1] == classes
