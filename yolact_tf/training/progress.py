"""What a training shows while it runs: a progress bar, summaries, what was skipped."""

import os
from collections.abc import Callable, Iterator

import tensorflow as tf
from absl import logging
from tqdm import tqdm

from yolact_tf.errors import YolactError

_SMOOTHING = 0.98  # of the running losses shown
_PATIENCE = 20  # batches in a row that may make no sense


class TrainingMonitor:
    """The progress bar, the summaries, and the count of batches that made no sense."""

    def __init__(self, directory: str, done: int, steps: int) -> None:
        self._writer = tf.summary.create_file_writer(os.path.join(directory, "summaries"))
        self._bar = tqdm(total=steps, initial=done, desc="Training", unit="step")
        self._running: dict[str, float] = {}
        self._skipped = self._skipped_in_a_row = 0

    def iterate(self, batches: Callable[[int], tf.data.Dataset]) -> Iterator[tuple]:
        """Yields the batches that are left."""
        with self._bar:
            left = self._bar.total - self._bar.n
            yield from batches(self._bar.n).take(left) if left else ()

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
        self._bar.set_postfix(
            {name: f"{value:.2f}" for name, value in self._running.items()}, refresh=False
        )

    def record(self, name: str, value: float) -> None:
        """Adds a value to the summaries."""
        with self._writer.as_default(step=self._bar.n):
            tf.summary.scalar(name, value)
