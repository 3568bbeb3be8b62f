"""What a training shows while it runs: a progress bar, summaries, what was skipped."""

import contextlib
import os
from collections.abc import Generator

import numpy as np
import tensorflow as tf
from absl import logging
from tqdm import tqdm

from graftnet_tf.io.timed_inputs import TimedInputs
from yolact_tf.data.ground_truth import GroundTruth
from yolact_tf.data.training_batches import Batches
from yolact_tf.errors import YolactError

_SMOOTHING = 0.98  # of the running losses shown
_PATIENCE = 20  # batches in a row that may make no sense


class TrainingMonitor:
    """The progress bar, the summaries, and the count of batches that made no sense.

    Attributes:
      waiting: Share of the time of the steps run now, in 0…1, that they waited for their batches.
    """

    def __init__(self, directory: str, done: int, steps: int) -> None:
        self._writer = tf.summary.create_file_writer(os.path.join(directory, "summaries"))
        self._bar = tqdm(total=steps, initial=done, desc="Training", unit="step")
        self._running: dict[str, float] = {}
        self._skipped = self._skipped_in_a_row = 0
        self.waiting = 0.0

    def iterate(
        self, batches: Batches
    ) -> Generator[tuple[int, np.ndarray, GroundTruth], None, None]:
        """Yields the batches that are left, each behind its step's number."""
        first, steps = self._bar.n, self._bar.total
        with self._bar, contextlib.closing(batches(first)) as endless:
            timed = TimedInputs(endless)
            for number, batch in zip(range(first, steps), timed, strict=False):
                yield number, *batch
                self.waiting = timed.waiting
                self.record("waiting", self.waiting)

    def on_step(self, losses: dict[str, tf.Tensor], finite: tf.Tensor) -> None:
        """Notes what a step said.

        Raises:
          YolactError: too many in a row were not finite.
        """
        self._bar.update()
        if finite:
            self._skipped_in_a_row = 0
            for name, loss in losses.items():
                value = float(loss)
                self.record(f"loss/{name}", value)
                before = self._running.get(name, value)
                self._running[name] = _SMOOTHING * before + (1 - _SMOOTHING) * value
        else:
            self._skipped += 1
            self._skipped_in_a_row += 1
            logging.warning(
                "Step %d was skipped: losses or gradients were not finite (%d so far).",
                self._bar.n,
                self._skipped,
            )
        if self._skipped_in_a_row == _PATIENCE:
            raise YolactError(
                f"{_PATIENCE} batches in a row gave losses or gradients that are not finite, "
                f"up to step {self._bar.n}; lower the learning rate."
            )
        shown = {name: f"{value:.2f}" for name, value in self._running.items()}
        self._bar.set_postfix(shown | {"waiting": f"{self.waiting:.0%}"}, refresh=False)

    def record(self, name: str, value: float) -> None:
        """Adds a value to the summaries."""
        with self._writer.as_default(step=self._bar.n):
            tf.summary.scalar(name, value)
