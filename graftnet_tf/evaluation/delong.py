"""How sure an AUC is, and its change from one model to another on the same images.

Both intervals are DeLong's (DeLong et al. 1988, "Comparing the Areas under Two or More
Correlated Receiver Operating Characteristic Curves"). Images are taken as independent, which
those of one person are not, unless their groups are given: then groups are (Obuchowski 1997,
"Nonparametric Analysis of Clustered ROC Curve Data"). Where no model errs an interval has no
width, however few the images.
"""

import dataclasses

import numpy as np
from scipy.stats import norm


@dataclasses.dataclass(frozen=True)
class AucChange:
    """AUC of two models on the same N images.

    Attributes:
      before, after: Areas under the ROC curves, in 0…1.
      interval: (low, high) of after - before; None with fewer than two positives or
        negatives.
    """

    before: float
    after: float
    interval: tuple[float, float] | None

    @property
    def change(self) -> float:
        return self.after - self.before


def auc_change(
    labels: np.ndarray, before: np.ndarray, after: np.ndarray, *, level: float = 0.95
) -> AucChange | None:
    """Compares two models' scores of the same images.

    What makes an image hard for both models drops out of the interval, so that it is narrower
    than either AUC's own would suggest.

    Args:
      labels: bool [N].
      before, after: float [N]; an image that either gave NaN is left out.
      level: Level of the interval.

    Returns:
      None when positives or negatives are missing.
    """
    scored = ~np.isnan(before) & ~np.isnan(after)
    shown, hidden = labels & scored, ~labels & scored
    if not shown.any() or not hidden.any():
        return None
    above_before, below_before = _placements(before[shown], before[hidden])
    above_after, below_after = _placements(after[shown], after[hidden])
    old, new = float(above_before.mean()), float(above_after.mean())
    reach = _reach(above_after - above_before, below_after - below_before, level)
    return AucChange(old, new, None if reach is None else (new - old - reach, new - old + reach))


def auc_interval(
    labels: np.ndarray,
    scores: np.ndarray,
    *,
    groups: np.ndarray | None = None,
    level: float = 0.95,
) -> tuple[float, float] | None:
    """The interval of one AUC, within 0…1.

    Args:
      labels: bool [N].
      scores: float [N]; an image that gave NaN is left out.
      groups: int [N], equal for images that are not independent of one another; by default all
        are. With every image its own group the interval is the same as without.
      level: Level of the interval.

    Returns:
      (low, high), or None with fewer than two positives or negatives, or groups of either.
    """
    scored = ~np.isnan(scores)
    positive, negative = labels & scored, ~labels & scored
    if not positive.any() or not negative.any():
        return None
    above, below = _placements(scores[positive], scores[negative])
    if groups is None:
        reach = _reach(above, below, level)
    else:
        reach = _clustered_reach(above, below, groups[positive], groups[negative], level)
    if reach is None:
        return None
    area = float(above.mean())
    return max(area - reach, 0.0), min(area + reach, 1.0)


def _reach(above: np.ndarray, below: np.ndarray, level: float) -> float | None:
    """Half the width of the interval of a mean of placements; None of fewer than two."""
    parts = (above, below)
    if min(map(len, parts)) < 2:
        return None
    deviation = np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts))
    return float(norm.ppf((1 + level) / 2) * deviation)


def _clustered_reach(
    above: np.ndarray,
    below: np.ndarray,
    positive_groups: np.ndarray,
    negative_groups: np.ndarray,
    level: float,
) -> float | None:
    """As `_reach`, of placements whose groups are independent; None of fewer than two groups."""
    _, codes = np.unique(np.concatenate([positive_groups, negative_groups]), return_inverse=True)
    count, area = codes.max() + 1, above.mean()
    sums, factors = [], []
    for part, own in ((above, codes[: len(above)]), (below, codes[len(above) :])):
        groups = len(np.unique(own))
        if groups < 2:
            return None
        sums.append(np.bincount(own, part - area, count) / len(part))
        factors.append(groups / (groups - 1))
    variance = sum(factor * (one**2).sum() for factor, one in zip(factors, sums, strict=True))
    variance += 2 * count / (count - 1) * (sums[0] * sums[1]).sum()
    return float(norm.ppf((1 + level) / 2) * np.sqrt(max(variance, 0.0)))


def _placements(positives: np.ndarray, negatives: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of the negatives below each positive, and of the positives above each negative.

    Ties count a half; the mean of either is the AUC.
    """
    return _share_below(positives, negatives), 1 - _share_below(negatives, positives)


def _share_below(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    ranked = np.sort(others)
    sides = [np.searchsorted(ranked, values, side) for side in ("left", "right")]
    return np.mean(sides, axis=0) / len(others)
