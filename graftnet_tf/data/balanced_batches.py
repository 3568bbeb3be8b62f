"""Batches with as many examples of each class, for tasks in which one is rare."""

import numpy as np


class BalancedBatches:
    """Endless batches, a function of the seed and the step, so that a resumed run repeats them.

    Places of a batch go to the classes in turn, from step to step where the batch is no multiple of
    their number. Every class goes through its examples in a new random order each epoch of its own:
    rare ones come up more often than others (Shen et al. 2016, "Relay Backpropagation",
    section 3.3, class-aware sampling).
    """

    def __init__(self, labels: np.ndarray, classes: int, batch: int, seed: int):
        """Takes labels int [M], class indices, every class among them."""
        self._positions = [np.flatnonzero(labels == label) for label in range(classes)]
        self._batch, self._seed = batch, seed

    def at(self, step: int) -> np.ndarray:
        """int64 [batch], positions of the examples of a step."""
        places = np.arange(step * self._batch, (step + 1) * self._batch)
        turns, labels = np.divmod(places, len(self._positions))
        chosen = np.empty(self._batch, np.int64)
        for label, positions in enumerate(self._positions):
            own = labels == label
            epochs, offsets = np.divmod(turns[own], len(positions))
            orders = {epoch: self._order(label, epoch) for epoch in np.unique(epochs).tolist()}
            drawn = [orders[e][o] for e, o in zip(epochs.tolist(), offsets, strict=True)]
            chosen[own] = positions[drawn]
        return chosen

    def _order(self, label: int, epoch: int) -> np.ndarray:
        random = np.random.default_rng([self._seed, 9, label, epoch])
        return random.permutation(len(self._positions[label]))
