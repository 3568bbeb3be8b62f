"""Training: resumable, watched, and kept at its best."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import tensorflow as tf
from absl import logging

from yolact_tf.checkpoints import weights_file
from yolact_tf.data.ground_truth import GroundTruth
from yolact_tf.models.yolact import Yolact
from yolact_tf.training.optimizers import Optimization
from yolact_tf.training.progress import TrainingMonitor
from yolact_tf.training.train_step import TrainStep


@dataclass(frozen=True)
class TrainConfig:
    """How long, and what is kept.

    Attributes:
      steps: Steps of the whole run.
      seed: Random seed of the steps.
      optimization: How weights are moved.
      frozen: The backbone's layer up to which weights are kept as they are; "" for none.
      checkpoint_every: Steps between checkpoints, from which a killed run goes on, and
        between weight files where no evaluation decides on them.
      evaluate_every: Steps between evaluations; the best one's weights are kept. 0 for none,
        when the last weights are.
    """

    steps: int
    seed: int = 0
    optimization: Optimization = Optimization()
    frozen: str = ""
    checkpoint_every: int = 200
    evaluate_every: int = 0


def train(
    model: Yolact,
    batches: Callable[[int], tf.data.Dataset],
    directory: str,
    classes: tuple[str, ...],
    config: TrainConfig,
    evaluate: Callable[[Yolact], float] | None = None,
) -> str:
    """Trains a network, going on where an earlier run in `directory` was killed.

    Batches whose losses or gradients are not finite are skipped and counted. Losses go to
    TensorBoard and the progress bar.

    Args:
      model: Starts from the weights it has, unless there is a checkpoint.
      batches: Function from a step's number to the endless batches from that step on: float32 [N,
        S, S, 3] images of 0 … 255 and their `GroundTruth`.
      directory: Directory of the checkpoints, summaries and weight files of this run alone.
      classes: Names of the classes, for the weight file.
      config: Configuration of the trainer.
      evaluate: Function that gives the mask AP (0 … 1) that the kept weights are chosen by.

    Returns:
      Path of the weight file: the best weights by `evaluate`, else the last.

    Raises:
      YolactError: many batches in a row were not finite.
    """
    model.freeze(config.frozen)
    step = TrainStep(model, config.optimization, config.steps, config.seed)
    done = tf.Variable(0, dtype=tf.int64, trainable=False)
    best = tf.Variable(-1.0, trainable=False)
    checkpoint = tf.train.Checkpoint(model=model, optimizer=step.optimizer, done=done, best=best)
    manager = tf.train.CheckpointManager(
        checkpoint, os.path.join(directory, "checkpoints"), max_to_keep=2
    )
    if manager.latest_checkpoint:
        checkpoint.restore(manager.latest_checkpoint).assert_existing_objects_matched()
        logging.info("Resuming at step %d of %d.", done.numpy(), config.steps)
    path = os.path.join(directory, "best.npz" if evaluate else "last.npz")
    monitor = TrainingMonitor(directory, int(done.numpy()), config.steps)
    for images, truth in monitor.iterate(batches):
        monitor.on_step(*step(images, GroundTruth(*truth), tf.cast(done, tf.int32)))
        number = int(done.assign_add(1).numpy())
        last = number == config.steps
        if evaluate and (last or (config.evaluate_every and number % config.evaluate_every == 0)):
            with _averaged(model, step.optimizer):
                score = evaluate(model)
                monitor.record("mask_ap", score)
                if score > best.numpy():
                    weights_file.save(model, path, classes)
                    best.assign(score)
        if last or number % config.checkpoint_every == 0:
            if not evaluate:  # before the checkpoint: a rerun trusts what stands beside it
                with _averaged(model, step.optimizer):
                    weights_file.save(model, path, classes)
            manager.save()
    if not tf.io.gfile.exists(path):
        logging.warning("%s is gone; the last weights are written to it.", path)
        with _averaged(model, step.optimizer):
            weights_file.save(model, path, classes)
    return path


@contextlib.contextmanager
def _averaged(model: Yolact, optimizer: tf.keras.optimizers.Optimizer) -> Iterator[None]:
    """Has the model hold the moving average of its weights, if there is one."""
    if not optimizer.use_ema:
        yield
        return
    weights = model.trainable_variables
    current = [weight.numpy() for weight in weights]
    optimizer.finalize_variable_values(weights)
    try:
        yield
    finally:
        for weight, value in zip(weights, current, strict=True):
            weight.assign(value)
