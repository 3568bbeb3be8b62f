"""A threshold chosen for what an operator can put up with, on held-out examples."""

import dataclasses
from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix_at_thresholds

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation import metrics
from graftnet_tf.evaluation.selection_weights import (
    BY_PROBABILITY,
    UNWEIGHTED,
    WEIGHTINGS,
    effective_size,
    weights_to_choose_by,
)
from graftnet_tf.evaluation.wilson import share_interval

Interval = tuple[float, float]


@dataclasses.dataclass(frozen=True)
class OperatingPoint:
    """What a threshold is to keep to; one of the two.

    Attributes:
      max_fpr: Largest share of negatives that may count as positive, in 0…1, 1 left out.
      min_precision: Smallest share of positives among what counts as positive, in 0…1, 0 left
        out. It holds where positives are as frequent as on the examples it is chosen on,
        or in their archive where they are weighted.
      weighting: "probability" for examples that count by the inverse of how likely they were to be
        chosen, so that shares are of the archive that they come from, or "none"; None for the
        former where all have a probability, see `weights_to_choose_by`.
    """

    max_fpr: float | None = None
    min_precision: float | None = None
    weighting: str | None = None

    def __post_init__(self):
        if (self.max_fpr is None) == (self.min_precision is None):
            raise GraftNetError(
                f"max_fpr {self.max_fpr} and min_precision {self.min_precision} given; expected "
                "one of the two, such as --max_fpr=.01 or --min_precision=.9."
            )
        if self.max_fpr is not None and not 0 <= self.max_fpr < 1:
            raise GraftNetError(f"max_fpr {self.max_fpr} given; expected 0 ≤ max_fpr < 1.")
        if self.min_precision is not None and not 0 < self.min_precision <= 1:
            raise GraftNetError(
                f"min_precision {self.min_precision} given; expected 0 < min_precision ≤ 1."
            )
        if self.weighting not in (None, *WEIGHTINGS):
            raise GraftNetError(
                f"weighting {self.weighting!r} given; expected {' or '.join(WEIGHTINGS)}."
            )

    def __str__(self) -> str:
        if self.max_fpr is not None:
            return f"an FPR of at most {self.max_fpr:g}"
        return f"a precision of at least {self.min_precision:g}"

    def is_met(self, fpr: np.ndarray, precision: np.ndarray) -> np.ndarray:
        """bool [N], whether figures in 0…1 keep to it, each float [N]."""
        if self.max_fpr is not None:
            return fpr <= self.max_fpr
        assert self.min_precision is not None, "one of the two"
        return precision >= self.min_precision

    def is_shown(self, fpr: Interval, precision: Interval) -> bool:
        """Whether whole intervals keep to it, rather than the figures in their midst alone."""
        return bool(self.is_met(np.array(fpr), np.array(precision)).all())


@dataclasses.dataclass(frozen=True)
class ReachedPoint:
    """A threshold, and what it reaches on the examples that it was chosen on.

    Attributes:
      wanted: What it keeps to there.
      row: The threshold and its figures.
      recall, fpr, precision: Their 95 % intervals, see `share_interval`. The threshold was chosen
        on the same examples, so that they promise a little too much.
      effective_size: Number of examples of equal weight that tell as much; None where they were
        not weighted.
    """

    wanted: OperatingPoint
    row: metrics.ThresholdMetrics
    recall: Interval
    fpr: Interval
    precision: Interval
    effective_size: float | None = None

    @property
    def is_shown(self) -> bool:
        """Whether the interval too keeps to what was wanted."""
        return self.wanted.is_shown(self.fpr, self.precision)

    @property
    def weighting(self) -> str:
        """One of `WEIGHTINGS`: what the figures are weighted by."""
        return UNWEIGHTED if self.effective_size is None else BY_PROBABILITY

    def to_dict(self) -> dict[str, Any]:
        """What was wanted and what was reached, as a manifest records it."""
        return {
            **{name: it for name, it in dataclasses.asdict(self.wanted).items() if it is not None},
            **dataclasses.asdict(self.row),
            **{f"{name}_interval": list(getattr(self, name)) for name in _INTERVALS},
            "weighting": self.weighting,
            "effective_size": self.effective_size,
            "shown": self.is_shown,
        }


_INTERVALS = ("recall", "fpr", "precision")


def choose_threshold(
    wanted: OperatingPoint,
    labels: np.ndarray,
    scores: np.ndarray,
    groups: np.ndarray,
    *,
    attribute: str,
    probabilities: np.ndarray | None = None,
) -> ReachedPoint:
    """The threshold of highest recall among those that keep to an operating point.

    Of equal recall the highest threshold wins. It lies halfway to the next lower score, see
    `metrics.halfway_below`.

    Args:
      wanted: What to keep to.
      labels: bool [N], whether an example shows the attribute.
      scores: float [N] in 0…1.
      groups: int [N], equal for examples of one group.
      attribute: Name of the attribute, for messages.
      probabilities: float [N], how likely each example was to be chosen for labelling; NaN where
        it is not known, None where it is of none.

    Raises:
      GraftNetError: a score is NaN or outside 0…1, positives or negatives are missing, a
        probability that weighting takes is, or no threshold that finds a positive keeps to it;
        then with the best that there is.
    """
    labels, scores = np.asarray(labels, bool), np.asarray(scores, np.float64)
    _check(labels, scores, attribute)
    weights = weights_to_choose_by(probabilities, wanted.weighting)
    _, fps, _, tps, candidates = confusion_matrix_at_thresholds(
        labels, scores, sample_weight=weights
    )
    fpr, precision = fps / fps[-1], tps / (tps + fps)
    finds = np.flatnonzero(tps > 0)
    met = finds[wanted.is_met(fpr[finds], precision[finds])]
    if not len(met):
        regret = fpr[finds] if wanted.max_fpr is not None else -precision[finds]
        best = finds[np.lexsort((-tps[finds], regret))[0]]
        reached = _reached(wanted, labels, scores, groups, float(candidates[best]), weights)
        name = "FPR" if wanted.max_fpr is not None else "precision"
        low, high = reached.fpr if wanted.max_fpr is not None else reached.precision
        value = fpr[best] if wanted.max_fpr is not None else precision[best]
        weighted = "" if weights is None else ", weighted by 1/probability"
        raise GraftNetError(
            f"No threshold of {attribute} that finds a positive has {wanted} on its validation "
            f"part ({int(labels.sum())} positives, {int(np.sum(~labels))} negatives{weighted}); "
            f"the best {name} is {value:.4g} (95 % interval {low:.4g}–{high:.4g}), at a recall of "
            f"{reached.row.recall:.4g}. Ask for less, or train on more images."
        )
    chosen = int(met[np.argmax(tps[met])])
    threshold = metrics.halfway_below(candidates, chosen)
    return _reached(wanted, labels, scores, groups, threshold, weights)


def _check(labels: np.ndarray, scores: np.ndarray, attribute: str) -> None:
    if missing := int(np.isnan(scores).sum()):
        raise GraftNetError(
            f"{missing} of {len(scores)} validation scores of {attribute} are NaN, so that no "
            "threshold can be chosen. Train the branch again."
        )
    metrics.check_probabilities(scores, f"the validation scores of {attribute}")
    positives = int(labels.sum())
    if positives in (0, len(labels)):
        raise GraftNetError(
            f"The validation part of {attribute} has {positives} positives and "
            f"{len(labels) - positives} negatives; a threshold needs some of either. Train the "
            "branch with a larger --validation_fraction, or on more images."
        )


def _reached(
    wanted: OperatingPoint,
    labels: np.ndarray,
    scores: np.ndarray,
    groups: np.ndarray,
    threshold: float,
    weights: np.ndarray | None,
) -> ReachedPoint:
    each = np.ones(len(labels)) if weights is None else weights
    called = scores >= threshold
    recall, fpr, precision = (
        share_interval(hits[among], groups[among], weights=each[among])
        for hits, among in ((called, labels), (called, ~labels), (labels, called))
    )
    return ReachedPoint(
        wanted,
        metrics.at_threshold(labels, scores, threshold, each),
        recall=recall,
        fpr=fpr,
        precision=precision,
        effective_size=None if weights is None else effective_size(weights),
    )
