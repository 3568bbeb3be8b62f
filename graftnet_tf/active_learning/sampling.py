"""Samples of fixed size in which each unit has a probability of its own, above 0 or not."""

import numpy as np

from graftnet_tf.errors import GraftNetError


def inclusion_probabilities(weights: np.ndarray, count: float) -> np.ndarray:
    """Probabilities in proportion to weights, none above 1, that add up to a number of units.

    Units that would be above 1 are certain, and the others share the rest (Särndal et al. 1992,
    "Model Assisted Survey Sampling", section 3.6.2).

    Args:
      weights: float [N], none negative.
      count: Expected size of the sample.

    Returns:
      float64 [N]; 0 exactly where the weight is.

    Raises:
      GraftNetError: fewer weights than `count` are above 0.
    """
    weights = np.asarray(weights, np.float64)
    possible = int(np.count_nonzero(weights))
    if count > possible:
        raise GraftNetError(f"{count:g} images asked for; only {possible} can be chosen.")
    falling = np.sort(weights)[::-1]
    rest = np.cumsum(falling[::-1])[::-1]  # of each unit and all lighter ones
    certain = np.arange(len(weights))
    # As many are certain as it takes for the heaviest of the others to stay below 1.
    fits = falling * (count - certain) <= rest
    number = int(np.argmax(fits)) if fits.any() else len(weights)
    if number >= count:
        number = int(count)
    scale = (count - number) / rest[number] if number < count else 0.0
    found = np.minimum(weights * scale, 1.0)
    found[np.argsort(-weights, kind="stable")[:number]] = 1.0
    return found


def systematic_sample(
    probabilities: np.ndarray, order: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """A sample drawn at equal steps along an order: neighbours in it are seldom drawn together.

    Madow 1949, "On the Theory of Systematic Sampling, II": every unit is drawn with its
    probability, and as many units as the probabilities add up to.

    Args:
      probabilities: float [N] in 0…1 whose sum is a whole number n.
      order: int [N], all rows once.
      random: Where the one random number, the start, comes from.

    Returns:
      int64 [n] rows, ascending.
    """
    certain = np.flatnonzero(probabilities == 1.0)
    others = order[probabilities[order] < 1.0]
    ends = np.cumsum(probabilities[others])
    if not len(ends):
        return certain
    count = round(ends[-1])
    steps = np.floor(np.minimum(ends, count) + random.uniform())
    steps[-1] = count
    return np.sort(np.concatenate([certain, others[np.diff(steps, prepend=0.0) > 0]]))
