"""What a branch's scores on held-out examples say: AUC and threshold of each attribute."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from graftnet_tf.data.labelled_rows import LabelledRows
from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation import metrics
from graftnet_tf.evaluation.operating_point import OperatingPoint, ReachedPoint, choose_threshold
from graftnet_tf.evaluation.selection_weights import weights_to_choose_by

_UNDECIDED = 0.5  # threshold where positives or negatives are missing


def aucs(examples: LabelledRows, scores: np.ndarray) -> dict[str, float | None]:
    """AUC of each attribute, for class scores [M, classes] of these examples."""
    return {
        attribute: metrics.auc(examples.labels == index, scores[:, index])
        for attribute, index in _columns(examples).items()
    }


@dataclasses.dataclass(frozen=True)
class Thresholds:
    """Thresholds by attribute, and how they were chosen.

    Attributes:
      values: Threshold of each attribute.
      points: What was reached, of attributes whose threshold keeps to an operating point.
      missed: Why no threshold keeps to it, of attributes that have Youden's instead.
    """

    values: dict[str, float]
    points: dict[str, ReachedPoint]
    missed: dict[str, str]


def thresholds(
    examples: LabelledRows,
    scores: np.ndarray,
    wanted: Mapping[str, OperatingPoint],
    probabilities: np.ndarray | None = None,
) -> Thresholds:
    """The threshold of each attribute that keeps to its operating point, or maximises Youden's J.

    See `choose_threshold` and `metrics.best_threshold`. J depends on no prevalence, but on which
    positives and which negatives were chosen to be labelled, so that it is weighted too.

    Args:
      examples: M examples.
      scores: float32 [M, classes].
      wanted: Operating points of some attributes.
      probabilities: float64 [M], how likely each example was to be chosen, see `choose_threshold`.
    """
    chosen, weights = Thresholds({}, {}, {}), weights_to_choose_by(probabilities)
    for attribute, index in _columns(examples).items():
        labels, own = examples.labels == index, scores[:, index]
        if attribute in wanted:
            try:
                point = choose_threshold(
                    wanted[attribute],
                    labels,
                    own,
                    examples.groups,
                    attribute=attribute,
                    probabilities=probabilities,
                )
            except GraftNetError as error:
                chosen.missed[attribute] = str(error)
            else:
                chosen.points[attribute] = point
                chosen.values[attribute] = point.row.threshold
                continue
        best = metrics.best_threshold(labels, own, weights)
        chosen.values[attribute] = _UNDECIDED if best is None else best
    return chosen


def sizes(examples: LabelledRows) -> dict[str, dict[str, int]]:
    """Number of `positives` and `negatives` of each attribute among these examples."""
    counts = {
        attribute: int(np.count_nonzero(examples.labels == index))
        for attribute, index in _columns(examples).items()
    }
    return {
        attribute: {"positives": count, "negatives": len(examples.labels) - count}
        for attribute, count in counts.items()
    }


def _columns(examples: LabelledRows) -> dict[str, int]:
    return {
        attribute: examples.task.class_index(attribute) for attribute in examples.task.attributes
    }
