"""The training loop that trunk and branches share: progress, checkpoints, TensorBoard."""

import dataclasses
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np
import tensorflow as tf
from absl import logging
from tqdm import tqdm

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.timed_inputs import TimedInputs
from graftnet_tf.training.distributed import termination
from graftnet_tf.training.distributed.replicas import Replicas

Input = TypeVar("Input")

CHECKPOINTS = "checkpoints"  # below the directory of a run; removed once it is published
OPTIMIZERS = ("sgd", "adam", "adamw")
_SMOOTHING = 0.9  # of the running losses shown


@dataclasses.dataclass(frozen=True)
class Optimization:
    """How weights are moved.

    Attributes:
      optimizer: "sgd" (momentum 0.9), "adam" or "adamw".
      learning_rate: Peak of the cosine schedule, after a linear warm-up over the first
        twentieth of the steps.
      weight_decay: Decoupled, for every optimizer.
      ema: Momentum of the exponential moving average of the weights that is published
        in place of the last step's; 0 keeps no average.
      clip: Largest global norm of the gradients; 0 does not clip.
    """

    optimizer: str = "adamw"
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    ema: float = 0.0
    clip: float = 0.0

    def make(self, steps: int) -> tf.keras.optimizers.Optimizer:
        """An optimizer for a run of `steps` steps, with the averaging."""
        rate = tf.keras.optimizers.schedules.CosineDecay(
            0.0,
            max(steps - steps // 20, 1),
            warmup_target=self.learning_rate,
            warmup_steps=max(steps // 20, 1),
        )
        return self._make(rate, use_ema=self.ema > 0, ema_momentum=self.ema or 0.99)

    def make_constant(self) -> tf.keras.optimizers.Optimizer:
        """The same optimizer at a constant learning rate and without averaging."""
        return self._make(self.learning_rate)

    def _make(self, rate: Any, **averaging: float) -> tf.keras.optimizers.Optimizer:
        common = {
            "learning_rate": rate,
            "weight_decay": self.weight_decay,
            "global_clipnorm": self.clip or None,
            **averaging,
        }
        match self.optimizer:
            case "sgd":
                return tf.keras.optimizers.SGD(momentum=0.9, **common)
            case "adam":
                return tf.keras.optimizers.Adam(**common)
            case "adamw":
                return tf.keras.optimizers.AdamW(**common)
        raise GraftNetError(
            f"Unknown optimizer {self.optimizer!r}; there are {', '.join(OPTIMIZERS)}."
        )


def run_key(description: dict) -> str:
    """A short name for a run: runs with another description never share checkpoints."""
    text = json.dumps(description, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class Loop:
    """Runs steps with a progress bar and summaries, and resumes from its checkpoints.

    Where several processes train together, each has its loop: all resume from the chief's
    checkpoints, and the chief alone writes any that stay, shows progress and keeps summaries.

    Attributes:
      directory: Directory of this run alone.
      steps: Length of the whole run.
      resumed: Whether it goes on from a checkpoint, the first of which is where a run starts from.
      waiting: Share of the time of the steps run now, in 0…1, that they waited for their input.
    """

    def __init__(self, directory: str, steps: int, *, checkpoint_every: int, **trackables: object):
        """Opens the run kept in `directory` and restores its newest checkpoint, if any.

        Within the scope of a strategy, it is a run of its replicas.

        Args:
          directory: Directory of checkpoints and TensorBoard summaries of this run alone.
          steps: Length of the whole run.
          checkpoint_every: Steps between checkpoints.
          **trackables: What is saved and restored; all variables made already.

        Raises:
          GraftNetError: processes that train together do not see the same checkpoints.
        """
        self.directory, self.steps, self._every = directory, steps, checkpoint_every
        self.waiting, self.resumed = 0.0, False
        self._step = tf.Variable(0, dtype=tf.int64, trainable=False)
        self._checkpoint = tf.train.Checkpoint(step=self._step, **trackables)
        self._replicas = Replicas()
        kept = os.path.join(directory, CHECKPOINTS)
        self._manager = tf.train.CheckpointManager(self._checkpoint, kept, max_to_keep=2)
        if newest := tf.train.latest_checkpoint(kept):
            self._checkpoint.restore(newest).assert_consumed()
            self.resumed = True
            logging.info("Resuming at step %d of %d.", self.step, steps)
        (of_chief,) = self._replicas.from_chief([np.array([self.resumed, self.step])])
        if self._replicas.any(of_chief.tolist() != [self.resumed, self.step]):
            raise GraftNetError(
                f"Not all workers start at step {of_chief[1]}, as worker 0 does; this is worker "
                f"{self._replicas.worker}, at {self.step}. Give all the directory {directory}."
            )

    @property
    def step(self) -> int:
        """Steps done so far."""
        return int(self._step.numpy())

    def run(
        self,
        step: Callable[[int, Input], tuple[str, float]],
        inputs: Iterable[Input],
        *,
        description: str,
    ) -> dict[str, float]:
        """Runs the steps that are left; `waiting` is the share of time that they waited for input.

        Args:
          step: Function called with the step's number and its input; returns (name of its task,
            its loss).
          inputs: What the steps that are left work on, in turn.
          description: What the progress bar says.

        Returns:
          Running loss per task name over the steps run now.

        Raises:
          GraftNetError: a loss is not finite.
          SystemExit: SIGTERM came, to this process or to one that trains with it; the step was
            finished and a checkpoint made.
        """
        running: dict[str, float] = {}
        timed = TimedInputs(inputs)
        writer = (
            tf.summary.create_file_writer(os.path.join(self.directory, "summaries"))
            if self._replicas.is_chief
            else tf.summary.create_noop_writer()
        )
        bar = tqdm(
            range(self.step, self.steps),
            initial=self.step,
            total=self.steps,
            desc=description,
            unit="step",
            disable=not self._replicas.is_chief,
        )
        with writer.as_default(), termination.noticed() as terminated:
            if not self.resumed:
                self._save()
            for number in bar:
                name, loss = step(number, next(timed))
                if not tf.math.is_finite(loss):
                    raise GraftNetError(
                        f"The loss of {name} became {loss} at step {number}; "
                        "lower the learning rate."
                    )
                running[name] = _SMOOTHING * running.get(name, loss) + (1 - _SMOOTHING) * loss
                self.waiting = timed.waiting
                shown = {task: f"{value:.3f}" for task, value in running.items()}
                bar.set_postfix(shown | {"waiting": f"{self.waiting:.0%}"}, refresh=False)
                tf.summary.scalar(f"loss/{name}", loss, step=number)
                tf.summary.scalar("waiting", self.waiting, step=number)
                self._step.assign(number + 1)
                ends = self._replicas.any(terminated.is_set())
                if ends or (number + 1) % self._every == 0 or number + 1 == self.steps:
                    self._save()
                if ends:
                    bar.close()
                    termination.end(number + 1, self.steps)
        return running

    def _save(self) -> None:
        """Variables of several processes are read by all together: all save, the chief keeps it."""
        if self._replicas.is_chief:
            self._manager.save()
            return
        with tempfile.TemporaryDirectory() as aside:
            self._checkpoint.save(os.path.join(aside, CHECKPOINTS))

    def discard(self) -> None:
        """Removes the checkpoints, once their result is published; summaries stay."""
        checkpoints = os.path.join(self.directory, CHECKPOINTS)
        if tf.io.gfile.isdir(checkpoints):
            tf.io.gfile.rmtree(checkpoints)
