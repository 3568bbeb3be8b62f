"""How much an AUC changed from one model to another on the same pictures, and how surely."""

import dataclasses

import numpy as np
from scipy.stats import norm


@dataclasses.dataclass(frozen=True)
class AucChange:
    """AUC of two models on the same N pictures.

    Attributes:
      before, after: areas under the ROC curves, in 0…1.
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
    """Compares two models' scores of the same pictures.

    The interval is DeLong's for correlated curves (DeLong et al. 1988, "Comparing the Areas
    under Two or More Correlated Receiver Operating Characteristic Curves"): what makes a
    picture hard for both models drops out of it, so that it is narrower than either AUC's own
    would suggest. Pictures are taken as independent, which those of one person are not. Where
    neither model errs it has no width, however few the pictures.

    Args:
      labels: bool [N].
      before, after: float [N]; a picture that either gave NaN is left out.
      level: of the interval.

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
    parts = (above_after - above_before, below_after - below_before)
    if min(map(len, parts)) < 2:
        return AucChange(old, new, None)
    deviation = np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts))
    reach = float(norm.ppf((1 + level) / 2) * deviation)
    return AucChange(old, new, (new - old - reach, new - old + reach))


def _placements(positives: np.ndarray, negatives: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of the negatives below each positive, and of the positives above each negative.

    Ties count a half; the mean of either is the AUC.
    """
    return _share_below(positives, negatives), 1 - _share_below(negatives, positives)


def _share_below(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    ranked = np.sort(others)
    sides = [np.searchsorted(ranked, values, side) for side in ("left", "right")]
    return np.mean(sides, axis=0) / len(others)
