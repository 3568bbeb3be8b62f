"""Weights that undo a choice of images with unequal probabilities."""

import numpy as np

from graftnet_tf.errors import GraftNetError

BY_PROBABILITY, UNWEIGHTED = "probability", "none"
WEIGHTINGS = (UNWEIGHTED, BY_PROBABILITY)


def selection_weights(probabilities: np.ndarray) -> np.ndarray:
    """1 / probability of each image (Horvitz and Thompson 1952), by that of the unlikeliest.

    Estimates are ratios of sums (Hájek 1971), which a common factor leaves as they are: so that
    images of equal probability count as exactly 1, as if there were no weights.

    Args:
      probabilities: float [N] above 0, at most 1.

    Returns:
      float64 [N] in 0…1.
    """
    return np.min(probabilities, initial=1.0) / probabilities


def weights_to_choose_by(
    probabilities: np.ndarray | None, weighting: str | None = None
) -> np.ndarray | None:
    """What images count by where a threshold is chosen on them; None for all alike.

    Weighted where every image has a probability. Where only some have, none is weighted unless
    asked for: the others were not drawn from the archive that the weights speak of.

    Args:
      probabilities: float [N], NaN where none is known; None for none at all.
      weighting: One of `WEIGHTINGS`; None to weigh where every image has one.

    Raises:
      GraftNetError: weights are asked for, and an image has no probability.
    """
    if weighting == UNWEIGHTED:
        return None
    if probabilities is not None and not np.isnan(probabilities).any():
        return selection_weights(probabilities)
    if weighting == BY_PROBABILITY:
        have = "none has one"
        if probabilities is not None:
            known = np.count_nonzero(~np.isnan(probabilities))
            have = f"{known} of {len(probabilities)} have one"
        raise GraftNetError(
            f"weighting={BY_PROBABILITY} needs the probability that each validation image was "
            f"chosen with; {have}. Take weighting={UNWEIGHTED}, or train the branch on images that "
            "graftnet-collect chose."
        )
    return None


def effective_size(weights: np.ndarray) -> float:
    """As many images of equal weight tell as much as these (Kish 1965, "Survey Sampling", 11.7).

    Args:
      weights: float [N] above 0.

    Returns:
      (Σw)² / Σw², N at most.
    """
    return float(weights.sum() ** 2 / (weights**2).sum())
