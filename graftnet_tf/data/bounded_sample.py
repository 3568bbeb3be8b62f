"""Some of many examples, where all of them would be too many."""

import numpy as np


def bounded_sample(labels: np.ndarray, most: int, random: np.random.Generator) -> np.ndarray:
    """As many examples as may be, of which the largest classes give up the most.

    Of the largest classes some examples are left out, as many of each as its size demands;
    rare classes stay whole for longest.

    Args:
      labels: int [M].
      most: Examples at most.
      random: Chooses.

    Returns:
      int64 [m], ascending positions of the examples, all M of them where M ≤ `most`.
    """
    turns = np.empty(len(labels), np.int64)  # at which each example's class hands it in
    for label in np.unique(labels):
        of_class = labels == label
        turns[of_class] = random.permutation(of_class.sum())
    return np.sort(np.argsort(turns, kind="stable")[:most])
