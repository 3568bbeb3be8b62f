"""What a branch's scores on held-out examples say: AUC and threshold of each attribute."""

import numpy as np

from graftnet_tf.data.labelled_rows import LabelledRows
from graftnet_tf.evaluation import metrics

_UNDECIDED = 0.5  # threshold where positives or negatives are missing


def aucs(examples: LabelledRows, scores: np.ndarray) -> dict[str, float | None]:
    """AUC of each attribute, for class scores [M, classes] of these examples."""
    return {
        attribute: metrics.auc(examples.labels == index, scores[:, index])
        for attribute, index in _columns(examples).items()
    }


def thresholds(examples: LabelledRows, scores: np.ndarray) -> dict[str, float]:
    """Threshold of each attribute that maximises Youden's J; see `metrics.best_threshold`."""
    chosen = {}
    for attribute, index in _columns(examples).items():
        best = metrics.best_threshold(examples.labels == index, scores[:, index])
        chosen[attribute] = _UNDECIDED if best is None else best
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
