"""An attribute's figures for each camera, site or age: where does it fail?"""

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation import metrics
from graftnet_tf.evaluation.delong import auc_interval
from graftnet_tf.evaluation.wilson import share_interval

MOST_SLICES = 100
NOT_GIVEN = "(not given)"

Interval = tuple[float, float]


@dataclasses.dataclass(frozen=True)
class Slice:
    """One attribute on the examples that share a value of a column.

    Attributes:
      value: The value; `NOT_GIVEN` for empty cells.
      groups: Number of groups that the scored examples are of.
      row: Figures at the model's threshold.
      auc: Area under the ROC curve; None when positives or negatives are missing.
      auc_interval: Its 95 % interval with groups as independent draws, see `auc_interval`; None
        with fewer than two groups with positives or with negatives.
      recall_interval, fpr_interval: 95 % intervals, see `share_interval`; None without positives or
        negatives.
    """

    value: str
    groups: int
    row: metrics.ThresholdMetrics
    auc: float | None
    auc_interval: Interval | None
    recall_interval: Interval | None
    fpr_interval: Interval | None

    def figures(self) -> dict[str, Any]:
        """Every figure by column name; undefined ones are None."""
        figures: dict[str, Any] = {"value": self.value, "groups": self.groups, "auc": self.auc}
        for name in ("auc", "recall", "fpr"):
            low, high = getattr(self, f"{name}_interval") or (None, None)
            figures |= {f"{name}_low": low, f"{name}_high": high}
        return {**figures, **dataclasses.asdict(self.row)}


def by_value(
    values: Sequence[str],
    labels: np.ndarray,
    scores: np.ndarray,
    groups: np.ndarray,
    threshold: float,
) -> tuple[Slice, ...]:
    """A slice for each different value, that of the lowest AUC first.

    Slices without an AUC come last, then those of more images first. Of many small slices some
    are bad by chance alone: the intervals say so.

    Args:
      values: N values, empty where none is given.
      labels: bool [N].
      scores: float [N] in 0…1; NaN for an image that could not be scored.
      groups: int [N], equal for images of one group.
      threshold: Scores from here upwards count as positive.
    """
    different = sorted(set(values))
    codes = np.searchsorted(np.array(different), np.array(values))
    slices = [
        _slice(value or NOT_GIVEN, codes == code, labels, scores, groups, threshold)
        for code, value in enumerate(different)
    ]
    return tuple(sorted(slices, key=_rank))


def check_values(values: Collection[str], column: str) -> None:
    """Checks that a column's values are few enough to be measured each.

    Raises:
      GraftNetError: there are more than `MOST_SLICES` different ones.
    """
    different = sorted(set(values))
    if len(different) > MOST_SLICES:
        raise GraftNetError(
            f"Column {column} has {len(different)} different values, such as "
            f"{', '.join(map(repr, different[:3]))}; expected at most {MOST_SLICES}. Put them in "
            "ranges in a column of its own, such as age_range, and import the task again."
        )


def _rank(one: Slice) -> tuple[bool, float, int]:
    images = one.row.positives + one.row.negatives
    return one.auc is None, one.auc if one.auc is not None else 0.0, -images


def _slice(
    value: str,
    chosen: np.ndarray,
    labels: np.ndarray,
    scores: np.ndarray,
    groups: np.ndarray,
    threshold: float,
) -> Slice:
    labels, scores, groups = labels[chosen], scores[chosen], groups[chosen]
    scored = ~np.isnan(scores)
    called = scores[scored] >= threshold
    of_scored, own = labels[scored], groups[scored]
    recall, fpr = (
        share_interval(called[some], own[some]) if some.any() else None
        for some in (of_scored, ~of_scored)
    )
    return Slice(
        value=value,
        groups=len(np.unique(own)),
        row=metrics.at_threshold(labels, scores, threshold),
        auc=metrics.auc(labels, scores),
        auc_interval=auc_interval(labels, scores, groups=groups),
        recall_interval=recall,
        fpr_interval=fpr,
    )
