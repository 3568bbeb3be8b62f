"""How well scores tell an attribute's positives from its negatives.

Everywhere below, `labels` is bool [N] (true: shows the attribute) and `scores` float [N]
(higher: more likely to show it). A NaN score belongs to an image that could not be
scored: it enters no rate, and `at_threshold` counts it. What is undefined, such as the
recall without positives, is None. `weights`, where they are taken, are float [N], none negative:
how much each example counts in rates, 1 by default.
"""

import dataclasses
from collections.abc import Iterable

import numpy as np
from sklearn.metrics import confusion_matrix_at_thresholds, roc_auc_score

from graftnet_tf.errors import GraftNetError

FEW_EXAMPLES = 30
"""Figures of an attribute with fewer positives or negatives come with a caution."""

ECE_BINS = 15
"""Bins of the expected calibration error, as in Guo et al. 2017."""


@dataclasses.dataclass(frozen=True)
class ThresholdMetrics:
    """One attribute at one threshold: the columns of the paper's Table 2, and counts.

    Attributes:
      threshold: Scores from here upwards count as positive.
      positives, negatives: Scored examples of each, whatever they weigh.
      unscored: Examples whose score is NaN; in no other figure.
      accuracy, precision, recall, fpr, balanced_accuracy: Figures in 0…1, None where undefined.
        Balanced accuracy is (recall + 1 - fpr) / 2.
    """

    threshold: float
    positives: int
    negatives: int
    unscored: int
    accuracy: float | None
    precision: float | None
    recall: float | None
    fpr: float | None
    balanced_accuracy: float | None


def at_threshold(
    labels: np.ndarray, scores: np.ndarray, threshold: float, weights: np.ndarray | None = None
) -> ThresholdMetrics:
    """The figures at a threshold; a score equal to it counts as positive."""
    kept_labels, kept_scores = scored(labels, scores)
    each = _of_scored(weights, scores)
    called = kept_scores >= threshold
    positives, negatives = each[kept_labels].sum(), each[~kept_labels].sum()
    true_positives = each[called & kept_labels].sum()
    false_positives = each[called & ~kept_labels].sum()
    recall = _ratio(true_positives, positives)
    fpr = _ratio(false_positives, negatives)
    return ThresholdMetrics(
        threshold=threshold,
        positives=int(np.sum(kept_labels)),
        negatives=int(np.sum(~kept_labels)),
        unscored=len(labels) - len(kept_labels),
        accuracy=_ratio(true_positives + negatives - false_positives, positives + negatives),
        precision=_ratio(true_positives, true_positives + false_positives),
        recall=recall,
        fpr=fpr,
        balanced_accuracy=None if recall is None or fpr is None else (recall + 1 - fpr) / 2,
    )


def accuracy_and_precision(
    positives: int, negatives: int, recall: float, fpr: float
) -> tuple[float | None, float | None]:
    """Accuracy and precision that follow from recall and FPR on so many examples.

    accuracy = (P·recall + N·(1 - fpr)) / (P + N), precision = P·recall / (P·recall + N·fpr).
    """
    true_positives, false_positives = positives * recall, negatives * fpr
    return (
        _ratio(true_positives + negatives - false_positives, positives + negatives),
        _ratio(true_positives, true_positives + false_positives),
    )


def best_threshold(
    labels: np.ndarray, scores: np.ndarray, weights: np.ndarray | None = None
) -> float | None:
    """The threshold that maximises Youden's J = recall - FPR (Youden, 1950).

    J is twice the balanced accuracy less one, so this is the threshold that is best for
    mA, and it does not depend on how many negatives were collected per positive, which
    is arbitrary where every task has its own sub-dataset. Of equal J the highest
    threshold wins: fewer false alarms. The threshold lies halfway between the lowest
    score that counts as positive and the next lower one, so that a slightly lower score
    of a new positive still passes; it is always finite.

    Returns:
      None when positives or negatives are missing.
    """
    each = _of_scored(weights, scores)
    labels, scores = scored(labels, scores)
    if not _has_both(labels):
        return None
    _, fps, _, tps, candidates = confusion_matrix_at_thresholds(labels, scores, sample_weight=each)
    negatives, positives = fps[-1], tps[-1]
    best = int(np.argmax(tps * negatives - fps * positives))  # J·P·N, exact in whole numbers
    return halfway_below(candidates, best)


def halfway_below(candidates: np.ndarray, chosen: int) -> float:
    """The threshold halfway between one of some scores and the next lower one.

    Where float32, which served scores are, has nothing between the two, it is the score itself.

    Args:
      candidates: float64 [N], different scores, descending.
      chosen: Place of the lowest one that is to count as positive.
    """
    lowest_positive = candidates[chosen]
    next_lower = candidates[min(chosen + 1, len(candidates) - 1)]
    halfway = (lowest_positive + next_lower) / 2
    return float(halfway if np.float32(halfway) > next_lower else lowest_positive)


def auc(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray | None = None) -> float | None:
    """Area under the ROC curve; None when positives or negatives are missing."""
    each = _of_scored(weights, scores)
    labels, scores = scored(labels, scores)
    return float(roc_auc_score(labels, scores, sample_weight=each)) if _has_both(labels) else None


def expected_calibration_error(labels: np.ndarray, scores: np.ndarray) -> float | None:
    """How far scores are from the shares of positives among those that have them, in 0…1.

    Scores fall into `ECE_BINS` bins of equal width over 0…1, each closed at its lower end and the
    last at both; of each bin |mean score − share of positives| counts by its share of the images
    (Naeini et al. 2015; Guo et al. 2017, equation 3, with the score of the positive class in
    place of the confidence). Few images in a bin make it larger by chance.

    Returns:
      None without a scored image.

    Raises:
      GraftNetError: a score is outside 0…1.
    """
    labels, scores = scored(labels, scores)
    check_probabilities(scores, "the scores given")
    if not len(scores):
        return None
    bins = np.minimum((scores * ECE_BINS).astype(int), ECE_BINS - 1)
    gaps = np.bincount(bins, scores - labels)
    return float(np.abs(gaps).sum() / len(scores))


def check_probabilities(scores: np.ndarray, what: str) -> None:
    """Checks that scores, NaN apart, are in 0…1.

    Args:
      scores: float [N].
      what: What they are, for the message.

    Raises:
      GraftNetError: one is outside.
    """
    wrong = scores[(scores < 0) | (scores > 1)]
    if len(wrong):
        raise GraftNetError(
            f"{len(wrong)} of {what} are no probabilities: they reach from {wrong.min():g} to "
            f"{wrong.max():g}; expected 0…1. Give the softmax's output, not what goes into it."
        )


def false_positives_at_top(labels: np.ndarray, scores: np.ndarray, count: int) -> int:
    """Negatives among the `count` highest scores (the paper's Table 3).

    Of images with the same score negatives are taken to stand first.

    Args:
      labels: bool [N].
      scores: [N]; images without a score (NaN) are left out.
      count: Length of the list, N at most.

    Raises:
      ValueError: fewer images than `count` have a score.
    """
    labels, scores = scored(labels, scores)
    if not 0 < count <= len(labels):
        raise ValueError(f"A list of the {count} highest of {len(labels)} scores asked for.")
    highest = np.lexsort((labels, -scores))[:count]
    return int(np.sum(~labels[highest]))


def mean_defined(values: Iterable[float | None]) -> float | None:
    """Mean of the values that are defined; None when none is.

    Of balanced accuracies it is mA, the mean accuracy of pedestrian attribute
    recognition (Deng et al. 2014, PETA; Li et al. 2016, RAP).
    """
    defined = [value for value in values if value is not None]
    return float(np.mean(defined)) if defined else None


def scored(labels: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(bool [M], float64 [M]) of the M examples that have a score.

    Raises:
      ValueError: labels and scores are not of one shape [N].
    """
    labels, scores = np.asarray(labels, bool), np.asarray(scores, np.float64)
    if labels.ndim != 1 or labels.shape != scores.shape:
        raise ValueError(
            f"Expected labels and scores of one shape [N]; got {labels.shape} and {scores.shape}."
        )
    kept = ~np.isnan(scores)
    return labels[kept], scores[kept]


def _of_scored(weights: np.ndarray | None, scores: np.ndarray) -> np.ndarray:
    """float64 [M], how much each example counts that has a score."""
    kept = ~np.isnan(scores)
    return np.ones(np.sum(kept)) if weights is None else np.asarray(weights, np.float64)[kept]


def _has_both(labels: np.ndarray) -> bool:
    return bool(labels.any() and not labels.all())


def _ratio(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None


def caution(attribute: str, positives: int, negatives: int) -> str | None:
    """What to say of figures that rest on few examples; None where there are enough."""
    if min(positives, negatives) >= FEW_EXAMPLES:
        return None
    return (
        f"{attribute}: {positives} positives and {negatives} negatives; figures of fewer than "
        f"{FEW_EXAMPLES} of either say little."
    )
