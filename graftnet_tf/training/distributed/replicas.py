"""The replicas of the strategy in use: which are this process's, and what all agree on."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from graftnet_tf.errors import GraftNetError


class Replicas:
    """Who takes which part of a batch; made within the scope of a strategy.

    Every process of a cluster makes the same calls in the same order, as for any collective.

    Attributes:
      count: Replicas in all processes.
      own: How many of them are this process's; every process has as many.
      workers: Processes.
      worker: Number of this process, from 0. Worker 0 is the chief, who alone writes what is kept.
    """

    def __init__(self) -> None:
        self._strategy = tf.distribute.get_strategy()
        numbers = self._strategy.experimental_local_results(
            self.distribute(lambda context: context.replica_id_in_sync_group)
        )
        self.count, self.own = self._strategy.num_replicas_in_sync, len(numbers)
        self.workers = self.count // self.own
        self.worker = int(numbers[0]) // self.own
        self._sum = tf.function(self._summed, autograph=False)

    @property
    def is_chief(self) -> bool:
        return self.worker == 0

    def check_divides(self, batch: int) -> None:
        """Raises GraftNetError unless every replica gets as many of `batch` images.

        Batch norms would give replicas with fewer images as much weight as the others.
        """
        if batch % self.count:
            raise GraftNetError(
                f"Batches of {batch} images given for {self.count} replicas; expected a multiple "
                f"of {self.count}: set --batch_size."
            )

    def share(self, batch: np.ndarray) -> np.ndarray:
        """This process's part of a batch [N, …] that all processes have: [N / workers, …]."""
        return np.split(batch, self.workers)[self.worker]

    def distribute(self, value_of: Callable[[Any], Any]) -> Any:
        """A value for each replica of this process, from a function of its `tf.distribute`
        `ValueContext`."""
        return self._strategy.experimental_distribute_values_from_function(value_of)

    def split(self, share: np.ndarray) -> Any:
        """A process's share, in equal parts, one for each of its replicas."""
        parts, first = np.split(share, self.own), self.worker * self.own
        return self.distribute(
            lambda context: tf.constant(parts[int(context.replica_id_in_sync_group) - first])
        )

    def any(self, flag: bool) -> bool:
        """Whether the flag is set in any process."""
        return flag if self.workers == 1 else bool(self._total(np.array(flag, np.int32)))

    def from_chief(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The chief's arrays, of numbers, in every process, whose own have the same shapes."""
        if self.workers == 1:
            return list(arrays)
        return [self._total(array if self.is_chief else np.zeros_like(array)) for array in arrays]

    def _total(self, array: np.ndarray) -> np.ndarray:
        """Sum over processes."""
        first = self.worker * self.own
        values = self.distribute(
            lambda context: tf.constant(
                array if context.replica_id_in_sync_group == first else np.zeros_like(array)
            )
        )
        return self._sum(values).numpy()

    def _summed(self, values: Any) -> tf.Tensor:
        totals = self._strategy.run(tf.identity, (values,))
        return self._strategy.reduce(tf.distribute.ReduceOp.SUM, totals, axis=None)
