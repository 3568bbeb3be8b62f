"""How sure an AUC is, and its change from one model to another on the same images.

Both intervals are DeLong's (DeLong et al. 1988, "Comparing the Areas under Two or More
Correlated Receiver Operating Characteristic Curves"). Images are taken as independent, which
those of one person are not, unless their groups are given: then groups are (Obuchowski 1997,
"Nonparametric Analysis of Clustered ROC Curve Data"). Where no model errs an interval has no
width, however few the images.
"""

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit
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
    alike = np.ones(len(labels))
    above_before, below_before = _placements(before, shown, hidden, alike)
    above_after, below_after = _placements(after, shown, hidden, alike)
    old, new = float(above_before.mean()), float(above_after.mean())
    reach = _reach(above_after - above_before, below_after - below_before, level)
    return AucChange(old, new, None if reach is None else (new - old - reach, new - old + reach))


def auc_interval(
    labels: np.ndarray,
    scores: np.ndarray,
    *,
    groups: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    level: float = 0.95,
) -> tuple[float, float] | None:
    """The interval of one AUC, within 0…1.

    With weights its variance is the linearised one (Yao et al. 2015, "Estimation of ROC Curve with
    Complex Survey Data"), and it is symmetric in the AUC's logit, which covers better where the AUC
    is high and the images are few (Qin and Hotilovac 2008).

    Args:
      labels: bool [N].
      scores: float [N]; an image that gave NaN is left out.
      groups: int [N], equal for images that are not independent of one another; by default all
        are. With every image its own group the interval is the same as without.
      weights: float [N] above 0, how much each image counts among the positives, or among the
        negatives; by default all alike.
      level: Level of the interval.

    Returns:
      (low, high), or None with fewer than two positives or negatives, or groups of either.
    """
    scored = ~np.isnan(scores)
    positive, negative = labels & scored, ~labels & scored
    if not positive.any() or not negative.any():
        return None
    each = np.ones(len(scores)) if weights is None else weights
    above, below = _placements(scores, positive, negative, each)
    area = float(np.average(above, weights=each[positive]))
    if groups is None and weights is None:
        reach = _reach(above, below, level)
    else:
        groups = np.arange(len(scores)) if groups is None else groups
        parts = [
            _Part(placements - area, groups[own], each[own])
            for placements, own in ((above, positive), (below, negative))
        ]
        reach = _clustered_reach(parts, level)
    if reach is None:
        return None
    if weights is not None and 0 < area < 1:
        middle, reach = logit(area), reach / (area * (1 - area))
        return float(expit(middle - reach)), float(expit(middle + reach))
    return max(area - reach, 0.0), min(area + reach, 1.0)


def _reach(above: np.ndarray, below: np.ndarray, level: float) -> float | None:
    """Half the width of the interval of a mean of placements; None of fewer than two."""
    parts = (above, below)
    if min(map(len, parts)) < 2:
        return None
    deviation = np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts))
    return float(norm.ppf((1 + level) / 2) * deviation)


class _Part(NamedTuple):
    """Placements of one class less the AUC, and the group and the weight of each."""

    deviations: np.ndarray
    groups: np.ndarray
    weights: np.ndarray


def _clustered_reach(parts: Sequence[_Part], level: float) -> float | None:
    """As `_reach`, of placements whose groups are independent; None of fewer than two groups."""
    names = np.unique(np.concatenate([part.groups for part in parts]))
    count = len(names)
    sums, factors = [], []
    for part in parts:
        groups = len(np.unique(part.groups))
        if groups < 2:
            return None
        codes = np.searchsorted(names, part.groups)
        weighted = np.bincount(codes, part.weights * part.deviations, count)
        sums.append(weighted / part.weights.sum())
        factors.append(groups / (groups - 1))
    variance = sum(factor * (one**2).sum() for factor, one in zip(factors, sums, strict=True))
    variance += 2 * count / (count - 1) * (sums[0] * sums[1]).sum()
    return float(norm.ppf((1 + level) / 2) * np.sqrt(max(variance, 0.0)))


def _placements(
    scores: np.ndarray, positive: np.ndarray, negative: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Share of the negatives below each positive, and of the positives above each negative.

    Shares are of weights, ties count a half; the weighted mean of either is the AUC.
    """
    positives, negatives = scores[positive], scores[negative]
    return (
        _share_below(positives, negatives, weights[negative]),
        1 - _share_below(negatives, positives, weights[positive]),
    )


def _share_below(values: np.ndarray, others: np.ndarray, weights: np.ndarray) -> np.ndarray:
    order = np.argsort(others)
    ranked, reached = others[order], np.concatenate([[0], np.cumsum(weights[order])])
    sides = [reached[np.searchsorted(ranked, values, side)] for side in ("left", "right")]
    return np.mean(sides, axis=0) / reached[-1]
