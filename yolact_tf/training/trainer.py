"""Training: resumable, watched, and kept at its best."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import tensorflow as tf
from absl import logging

from graftnet_tf.training.distributed import termination
from yolact_tf.checkpoints import weights_file
from yolact_tf.data.training_batches import Batches
from yolact_tf.losses import MaskSupervision
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
      supervision: What masks are learnt from besides their annotations.
      frozen: The backbone's layer up to which weights are kept as they are; "" for none.
      checkpoint_every: Steps between checkpoints, from which a killed run goes on, and
        between weight files where no evaluation decides on them.
      evaluate_every: Steps between evaluations; the best one's weights are kept. 0 for none,
        when the last weights are.
    """

    steps: int
    seed: int = 0
    optimization: Optimization = Optimization()
    supervision: MaskSupervision = MaskSupervision()
    frozen: str = ""
    checkpoint_every: int = 200
    evaluate_every: int = 0


class Trained(NamedTuple):
    """What a training has come to.

    Attributes:
      weights: Path of the weight file: the best weights by the evaluation, else the last.
      steps: Steps run now.
      waiting: Share of their time, in 0…1, that they waited for their batches.
      score: Mask AP, 0 … 1, of the weights; None without an evaluation.
    """

    weights: str
    steps: int
    waiting: float
    score: float | None


def train(
    model: Yolact,
    batches: Batches,
    directory: str,
    classes: tuple[str, ...],
    config: TrainConfig,
    evaluate: Callable[[Yolact], float] | None = None,
) -> Trained:
    """Trains a network, going on where an earlier run in `directory` ended.

    Call it within the scope of the `tf.distribute` strategy that the network was built in. A run
    goes on from its checkpoint under another strategy, too. Batches whose losses or gradients are
    not finite are skipped and counted. Losses go to TensorBoard and the progress bar, and with them
    the share of time that steps waited for their batches.

    Args:
      model: Starts from the weights it has, unless there is a checkpoint.
      batches: Function that gives the batches, of a multiple of the number of replicas.
      directory: Directory of the checkpoints, summaries and weight files of this run alone.
      classes: Names of the classes, for the weight file.
      config: Configuration of the trainer.
      evaluate: Function that gives the mask AP (0 … 1) that the kept weights are chosen by.

    Raises:
      YolactError: many batches in a row were not finite.
      SystemExit: SIGTERM came; the step was finished and a checkpoint made.
    """
    model.freeze(config.frozen)
    step = TrainStep(model, config.optimization, config.steps, config.seed, config.supervision)
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
    first = int(done.numpy())
    monitor = TrainingMonitor(directory, first, config.steps)
    with (
        termination.noticed() as terminated,
        contextlib.closing(monitor.iterate(batches)) as left,
    ):
        for number, images, truth in left:
            monitor.on_step(*step(images, truth, number))
            done.assign(number + 1)
            last = number + 1 == config.steps
            if evaluate and (last or _is_due(number + 1, config.evaluate_every)):
                with _averaged(model, step.optimizer):
                    score = evaluate(model)
                    monitor.record("mask_ap", score)
                    if score > best.numpy():
                        weights_file.save(model, path, classes)
                        best.assign(score)
            ends = terminated.is_set()
            if ends or last or _is_due(number + 1, config.checkpoint_every):
                if not evaluate:  # before the checkpoint: a rerun trusts what stands beside it
                    with _averaged(model, step.optimizer):
                        weights_file.save(model, path, classes)
                manager.save()
            if ends:
                left.close()
                termination.end(number + 1, config.steps)
    if not tf.io.gfile.exists(path):
        logging.warning("%s is gone; the last weights are written to it.", path)
        with _averaged(model, step.optimizer):
            weights_file.save(model, path, classes)
    reached = float(best.numpy()) if evaluate else None
    return Trained(path, int(done.numpy()) - first, monitor.waiting, reached)


def _is_due(step: int, every: int) -> bool:
    return every > 0 and step % every == 0


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
