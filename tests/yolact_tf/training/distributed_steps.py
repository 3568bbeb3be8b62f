"""Steps of YOLACT on two logical CPU devices beside one; prints what they did, as JSON.

Its argument is a directory for runs that go from one device to two and back.
"""

import dataclasses
import itertools
import json
import os
import sys
from collections.abc import Iterator

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.training.distributed.replicas import Replicas
from graftnet_tf.training.distributed.strategy import MIRRORED, NONE, make_strategy
from tests.yolact_tf import tiny
from yolact_tf import build_yolact
from yolact_tf.checkpoints import weights_file
from yolact_tf.data.ground_truth import CROWD, PADDING, GroundTruth
from yolact_tf.models.yolact import Yolact
from yolact_tf.training.optimizers import Optimization
from yolact_tf.training.train_step import TrainStep
from yolact_tf.training.trainer import TrainConfig, Trained, train

SIDE = tiny.TINY.size
STEPS, SEED = 4, 5
_CALLS = itertools.count(1)
SGD = Optimization("sgd", learning_rate=1e-2, warmup_steps=0, milestones=(), clip=5.0)
AVERAGED = Optimization("adamw", learning_rate=1e-3, warmup_steps=1, milestones=(), ema=0.9)
OBJECTS = (  # of each image of a batch; the first replica has far more of them than the second
    [(0, (0.1, 0.1, 0.5, 0.9)), (0, (0.3, 0.2, 0.9, 0.8)), (1, (0.6, 0.1, 0.9, 0.4))],
    [(0, (0.0, 0.0, 0.7, 0.7)), (1, (0.2, 0.4, 0.8, 1.0))],
    [(1, (0.4, 0.4, 0.6, 0.7)), (CROWD, (0.0, 0.0, 0.3, 1.0))],
    [],
)


def make_batch(number: int) -> tuple[np.ndarray, GroundTruth]:
    images = np.random.default_rng(number).uniform(0, 255, (4, SIDE, SIDE, 3)).astype(np.float32)
    boxes = np.zeros((4, 3, 4), np.float32)
    classes = np.full((4, 3), PADDING, np.int32)
    masks = np.zeros((4, 3, SIDE, SIDE), np.uint8)
    for image, objects in enumerate(OBJECTS):
        for place, (category, box) in enumerate(objects):
            x1, y1, x2, y2 = (round(side * SIDE) for side in box)
            boxes[image, place], classes[image, place] = box, category
            masks[image, place, y1:y2, x1:x2] = 1
            images[image, y1:y2, x1:x2] /= 2 + place
    return images, GroundTruth.of_masks(boxes, classes, masks)


def batches(first: int) -> Iterator[tuple[np.ndarray, GroundTruth]]:
    yield from map(make_batch, itertools.count(first))


def build(precision: str = "float32") -> Yolact:
    tf.keras.utils.set_random_seed(1)
    return build_yolact("tiny", num_classes=3, precision=precision)


def make_step(precision: str) -> tuple[Yolact, TrainStep]:
    model = build(precision)
    model.freeze()
    return model, TrainStep(model, SGD, STEPS, SEED)


def numbers(variables: list[tf.Variable]) -> list[np.ndarray]:
    return [variable.numpy() for variable in variables]


def distance(some: list[np.ndarray], others: list[np.ndarray]) -> float:
    return float(np.sqrt(sum(np.square(a - b).sum() for a, b in zip(some, others, strict=True))))


def state(model: Yolact, step: TrainStep) -> list[tf.Variable]:
    return [*model.variables, *step.optimizer.variables]


def floats(losses: dict[str, tf.Tensor]) -> dict[str, float]:
    return {name: float(loss) for name, loss in losses.items()}


def steps(strategy: tf.distribute.Strategy, precision: str) -> dict:
    """Steps on two devices, and the same on one, each from where the two are."""
    with strategy.scope():
        model, step = make_step(precision)
    one_model, one_step = make_step(precision)
    differences, losses = [], []
    for number in range(STEPS):
        for variable, value in zip(
            state(one_model, one_step), numbers(state(model, step)), strict=True
        ):
            variable.assign(value)
        before, batch = numbers(model.trainable_variables), make_batch(number)
        with strategy.scope():
            found, finite = step(*batch, number)
        expected, _ = one_step(*batch, number)
        after = numbers(one_model.trainable_variables)
        moved = numbers(model.trainable_variables)
        differences.append(distance(moved, after) / distance(before, after))
        losses.append((floats(expected), floats(found), bool(finite)))
    images, truth = make_batch(STEPS)
    images[3, 0, 0, 0] = np.nan  # the second device's alone
    before = numbers(state(model, step))
    with strategy.scope():
        _, finite = step(images, truth, STEPS)
    kept = all(map(np.array_equal, before, numbers(state(model, step))))
    copies = [strategy.experimental_local_results(variable) for variable in model.variables]
    return {
        "difference_by_move": differences,
        "losses": losses,
        "nonsense": {"finite": bool(finite), "kept": kept},
        "alike": all(np.array_equal(*numbers(own)) for own in copies),
    }


def halves_alone() -> list[dict[str, float]]:
    """Losses of each device's half of the first batch, as batches of their own."""
    found = []
    model, step = make_step("float32")
    before = numbers(model.variables)
    for half in (slice(0, 2), slice(2, 4)):
        images, truth = make_batch(0)
        losses, _ = step(images[half], GroundTruth(*(part[half] for part in truth)), 0)
        found.append(floats(losses))
        for variable, value in zip(model.variables, before, strict=True):
            variable.assign(value)
    return found


def run(name: str, directory: str, until: int) -> Trained:
    """A run of six steps under a strategy, up to a step or its end."""

    def some(first: int) -> Iterator[tuple[np.ndarray, GroundTruth]]:
        yield from itertools.islice(batches(first), until - first)

    config = TrainConfig(6, SEED, AVERAGED, checkpoint_every=2, evaluate_every=2)
    strategy = make_strategy(name)
    with strategy.scope():
        return train(build(), some, directory, ("person", "bag"), config, _finite_share)


def _finite_share(model: Yolact) -> float:
    """Stands in for the AP, and grows from one call to the next."""
    outputs = model(tf.zeros((1, SIDE, SIDE, 3)))
    return float(np.isfinite(outputs["conf"]).all()) * next(_CALLS) / 100


def crossings(directory: str) -> dict[str, float]:
    """How far weights are from those of a run that stayed on one device.

    Returns:
      "untrained": those that every run starts from. "crossed": those of a run that went from one
      device to two, and back.
    """
    own = os.path.join(directory, "crossing")
    for until, name in ((2, NONE), (4, MIRRORED), (6, NONE)):
        trained = run(name, own, until)
        assert trained.steps == 2
    crossed, whole = (
        weights_file.load(path)[0].get_weights()
        for path in (trained.weights, run(NONE, os.path.join(directory, "whole"), 6).weights)
    )
    start = build().get_weights()
    return {"untrained": distance(start, whole), "crossed": distance(crossed, whole)}


def main() -> None:
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    strategy = make_strategy(MIRRORED)
    with strategy.scope():
        replicas = Replicas().count
    with pytest.MonkeyPatch.context() as patch:
        tiny.register(patch, dataclasses.replace(tiny.TINY, masks_to_train=3))
        results = {
            "replicas": replicas,
            "halves": halves_alone(),
            "float32": steps(strategy, "float32"),
            "bfloat16": steps(strategy, "bfloat16"),
            "crossings": crossings(sys.argv[1]),
        }
    print(json.dumps(results))


if __name__ == "__main__":
    main()
