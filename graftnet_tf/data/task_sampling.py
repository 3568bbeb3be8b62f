"""Which task and which of its examples make up each training step's batch."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from graftnet_tf.errors import GraftNetError

SAMPLINGS = ("uniform", "size", "tempered")


def sampling_probabilities(
    sizes: Sequence[int], sampling: str, *, temperature: float = 2.0
) -> np.ndarray:
    """Probability of each task to give a step's batch.

    Args:
      sizes: Examples of each task.
      sampling: "uniform"; "size", proportional to sizes; "tempered", to
        size^(1/temperature), which is "size" at 1 and nears "uniform" as it grows.
      temperature: Temperature of "tempered", positive.

    Returns:
      float64 [T] that sums to 1.

    Raises:
      GraftNetError: unknown sampling or a temperature that is not positive.
    """
    if sampling not in SAMPLINGS or temperature <= 0:
        raise GraftNetError(
            f"Sampling {sampling!r} with temperature {temperature} given; expected one of "
            f"{', '.join(SAMPLINGS)} and a positive temperature."
        )
    exponent = {"uniform": 0.0, "size": 1.0, "tempered": 1.0 / temperature}[sampling]
    weights = np.asarray(sizes, np.float64) ** exponent
    return weights / weights.sum()


@dataclasses.dataclass
class Schedule:
    """Endless batches: a pure function of the seed, so that a resumed run repeats them.

    Every task goes through its examples in a new random order each epoch; a batch may
    straddle two epochs.

    Attributes:
      sizes: Examples of each task.
      probabilities: Probabilities of each task to give a batch.
      batch: Examples per batch.
      seed: Random seed.
    """

    sizes: Sequence[int]
    probabilities: np.ndarray
    batch: int
    seed: int

    def __post_init__(self):
        self._choices = np.random.default_rng([self.seed, 0])
        self._drawn = [0] * len(self.sizes)
        self._orders: list[dict[int, np.ndarray]] = [{} for _ in self.sizes]

    def skip(self, steps: int) -> None:
        """Moves on by `steps` batches without making them."""
        chosen = self._choose(steps)
        for task, times in enumerate(np.bincount(chosen, minlength=len(self.sizes)).tolist()):
            self._drawn[task] += times

    def next(self) -> tuple[int, np.ndarray]:
        """The next batch: (task id, int64 [batch] indices of its examples)."""
        task = int(self._choose(1)[0])
        first = self._drawn[task] * self.batch
        self._drawn[task] += 1
        positions = np.arange(first, first + self.batch)
        epochs, offsets = np.divmod(positions, self.sizes[task])
        orders = {epoch: self._order(task, epoch) for epoch in np.unique(epochs).tolist()}
        self._orders[task] = orders
        chosen = [orders[e][o] for e, o in zip(epochs.tolist(), offsets, strict=True)]
        return task, np.array(chosen, np.int64)

    def _choose(self, steps: int) -> np.ndarray:
        return self._choices.choice(len(self.sizes), size=steps, p=self.probabilities)

    def _order(self, task: int, epoch: int) -> np.ndarray:
        """Kept from batch to batch until the epoch ends: 4 bytes an example."""
        if (kept := self._orders[task].get(epoch)) is not None:
            return kept
        random = np.random.default_rng([self.seed, 1, task, epoch])
        return random.permutation(self.sizes[task]).astype(np.uint32)
