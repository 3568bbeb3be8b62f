"""The population stability index: how far two histograms lie apart.

Source: N. Siddiqi, "Credit Risk Scorecards", Wiley 2006, chapter 9, which also gives the bands
below .1, .1 to .25, and above.
"""

import numpy as np

PSEUDO_COUNT = 0.5
_LEVEL = 0.95


def population_stability_index(expected: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """Sum over bins of (a - e) · ln(a / e), where e and a are the bins' shares.

    Every bin is counted with half an observation more than it has (Krichevsky and Trofimov,
    1981), so that an empty one does not make the index infinite.

    Args:
      expected, actual: Counts [..., bins].

    Returns:
      float64 [...], 0 or more; 0 where the shares are equal, and the same both ways round.
    """
    e, a = (_shares(np.asarray(counts, np.float64)) for counts in (expected, actual))
    return np.sum((a - e) * np.log(a / e), axis=-1)


def by_chance(expected: np.ndarray, actual: np.ndarray, *, seed: int, draws: int = 1000) -> float:
    """The index that two samples of these sizes stay below in 95 of 100 cases without drift.

    Both are drawn again and again from the two histograms taken together, as if every
    observation were independent of the others.

    Args:
      expected, actual: int counts [bins], with at least one observation each.
      seed: Seed of the draws.
      draws: How many.
    """
    pooled = (expected + actual) / np.sum(expected + actual)
    random = np.random.default_rng(seed)
    samples = (random.multinomial(np.sum(it), pooled, draws) for it in (expected, actual))
    return float(np.quantile(population_stability_index(*samples), _LEVEL))


def _shares(counts: np.ndarray) -> np.ndarray:
    smoothed = counts + PSEUDO_COUNT
    return smoothed / smoothed.sum(axis=-1, keepdims=True)
