"""How sure a share is, such as recall or FPR, where images of one group are alike."""

import numpy as np
from scipy.stats import norm

from graftnet_tf.evaluation.selection_weights import effective_size


def share_interval(
    hits: np.ndarray,
    groups: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    level: float = 0.95,
) -> tuple[float, float]:
    """Wilson's interval of a share, with groups and not images as independent draws.

    Images count as so many independent ones as would have the share's variance between groups
    (Korn and Graubard 1998, "Confidence Intervals for Proportions with Small Expected Number of
    Positive Counts Estimated from Survey Data", with Wilson's interval), at most as themselves.
    The variance is the linearised one of a ratio of weighted sums, groups drawn independently.
    Where all or none are hits, which tells nothing of it, each group counts as one, or groups of
    unequal mean weights as their effective number, see `effective_size`.
    With every image its own group and of one weight it is the interval of Wilson 1927.

    Args:
      hits: bool [N], N ≥ 1, whether an image counts towards the share.
      groups: int [N], equal for images of one group.
      weights: float [N] above 0, how much each image counts in the share; by default all alike.
      level: Level of the interval.

    Returns:
      (low, high) in 0…1.
    """
    weights = np.ones(len(hits)) if weights is None else weights
    share = float(np.average(hits, weights=weights))
    count = _effective_count(np.asarray(hits, float), groups, weights)
    z = float(norm.ppf((1 + level) / 2))
    middle = share + z**2 / (2 * count)
    reach = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    scale = 1 + z**2 / count
    low, high = (middle - reach) / scale, (middle + reach) / scale
    return max(min(low, share), 0.0), min(max(high, share), 1.0)


def _effective_count(hits: np.ndarray, groups: np.ndarray, weights: np.ndarray) -> float:
    images, share = len(hits), np.average(hits, weights=weights)
    _, codes = np.unique(groups, return_inverse=True)
    count = codes.max() + 1
    if count < 2 or hits.min() == hits.max():
        return effective_size(np.bincount(codes, weights) / np.bincount(codes))
    sums = np.bincount(codes, weights * (hits - share))
    variance = count / (count - 1) * (sums**2).sum() / weights.sum() ** 2
    independent = share * (1 - share) / (images - 1)
    return images * min(independent / variance, 1.0) if variance else images
