"""How sure a share is, such as recall or FPR, where images of one group are alike."""

import numpy as np
from scipy.stats import norm


def share_interval(
    hits: np.ndarray, groups: np.ndarray, *, level: float = 0.95
) -> tuple[float, float]:
    """Wilson's interval of a share, with groups and not images as independent draws.

    Images count as so many independent ones as would have the share's variance between groups
    (Korn and Graubard 1998, "Confidence Intervals for Proportions with Small Expected Number of
    Positive Counts Estimated from Survey Data", with Wilson's interval), at most as themselves.
    Where all or none are hits, which tells nothing of that variance, each group counts as one.
    With every image its own group it is the interval of Wilson 1927.

    Args:
      hits: bool [N], N ≥ 1, whether an image counts towards the share.
      groups: int [N], equal for images of one group.
      level: Level of the interval.

    Returns:
      (low, high) in 0…1.
    """
    share = float(np.mean(hits))
    count = _effective_count(np.asarray(hits, float), groups)
    z = float(norm.ppf((1 + level) / 2))
    middle = share + z**2 / (2 * count)
    reach = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    scale = 1 + z**2 / count
    low, high = (middle - reach) / scale, (middle + reach) / scale
    return max(min(low, share), 0.0), min(max(high, share), 1.0)


def _effective_count(hits: np.ndarray, groups: np.ndarray) -> float:
    images, share = len(hits), hits.mean()
    _, codes = np.unique(groups, return_inverse=True)
    count = codes.max() + 1
    if count < 2 or share in (0, 1):
        return count
    sums = np.bincount(codes, hits - share)
    variance = count / (count - 1) * (sums**2).sum() / images**2
    independent = share * (1 - share) / (images - 1)
    return images * min(independent / variance, 1.0) if variance else images
