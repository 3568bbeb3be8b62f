"""The protocol of pedestrian attribute recognition (Li et al. 2016, RAP; Jia et al. 2021).

Every image has a label for each of L attributes. One figure looks at attributes (mA), four look at
images: what one image shows against what is reported of it, averaged over the images.

The traps, kept as published results have them: a probability of 0.5 itself is a no; an image that
shows nothing and of which nothing is reported scores 0, not 1; F1 comes from the mean precision and
the mean recall, it is no mean of F1s; label 2 (uncertain) counts as 0.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.metrics import mean_defined

DECISION = 0.5
"""Probabilities above it are a yes."""

UNCERTAIN = 2
"""Label that counts as 0."""


@dataclasses.dataclass(frozen=True)
class ParFigures:
    """What the protocol reports, in 0…1.

    Attributes:
      images: Number of images.
      mean_accuracies: Mean of recall and true negative rate by attribute; None where all images
        are of one class.
      mean_accuracy: mA, the mean of those that are defined; None when none is.
      accuracy: Mean over the images of |shown ∩ reported| / |shown ∪ reported|.
      precision: Mean of |shown ∩ reported| / |reported|, 0 where nothing is reported.
      recall: Mean of |shown ∩ reported| / |shown|, 0 where nothing is shown.
      f1: Harmonic mean of `precision` and `recall`.
    """

    images: int
    mean_accuracies: dict[str, float | None]
    mean_accuracy: float | None
    accuracy: float
    precision: float
    recall: float
    f1: float

    @property
    def one_class(self) -> list[str]:
        """Attributes that all images show, or none does: in no mA."""
        return [name for name, value in self.mean_accuracies.items() if value is None]

    def to_dict(self) -> dict[str, Any]:
        """The figures, ready for JSON; undefined ones are None."""
        return {
            "images": self.images,
            "mA": self.mean_accuracy,
            "accuracy": self.accuracy,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "attributes": self.mean_accuracies,
            "one_class": self.one_class,
        }


def par_figures(
    labels: np.ndarray, probabilities: np.ndarray, attributes: Sequence[str]
) -> ParFigures:
    """The protocol's figures.

    Where published code would count an attribute's missing class as never found (0), such an
    attribute is left out of mA here and named.

    Args:
      labels: [N, L] of 0, 1 and 2.
      probabilities: float [N, L] in 0…1.
      attributes: L names.

    Raises:
      GraftNetError: no image, shapes that do not agree, a label that is none of 0, 1 and 2, or a
        probability that is NaN or not in 0…1.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities)
    _check(labels, probabilities, attributes)
    shown, reported = labels == 1, probabilities > DECISION
    both = shown & reported
    positives, negatives = shown.sum(axis=0), (~shown).sum(axis=0)
    true_negatives = (~shown & ~reported).sum(axis=0)
    counts = zip(attributes, both.sum(axis=0), positives, true_negatives, negatives, strict=True)
    mean_accuracies = {
        name: float(found / shows + kept / lacks) / 2 if shows and lacks else None
        for name, found, shows, kept, lacks in counts
    }
    common = both.sum(axis=1)
    precision = _mean_ratio(common, reported.sum(axis=1))
    recall = _mean_ratio(common, shown.sum(axis=1))
    return ParFigures(
        images=len(labels),
        mean_accuracies=mean_accuracies,
        mean_accuracy=mean_defined(mean_accuracies.values()),
        accuracy=_mean_ratio(common, (shown | reported).sum(axis=1)),
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall) if precision + recall else 0.0,
    )


def _mean_ratio(parts: np.ndarray, wholes: np.ndarray) -> float:
    """Mean of parts / wholes, int [N]; 0 / 0 is 0."""
    return float(np.mean(parts / np.maximum(wholes, 1)))


def _check(labels: np.ndarray, probabilities: np.ndarray, attributes: Sequence[str]) -> None:
    if labels.ndim != 2 or labels.shape != probabilities.shape or 0 in labels.shape:
        raise GraftNetError(
            f"Labels have shape {labels.shape} and probabilities {probabilities.shape}; expected "
            "one shape [images, attributes] with at least one of each."
        )
    if len(attributes) != labels.shape[1]:
        raise GraftNetError(f"{len(attributes)} names for {labels.shape[1]} attributes given.")
    wrong = np.argwhere(~np.isin(labels, (0, 1, UNCERTAIN)))
    if len(wrong):
        row, column = wrong[0]
        raise GraftNetError(
            f"{len(wrong)} labels are none, the first {labels[row, column]} for "
            f"{attributes[column]} of image {row}; expected 0, 1 or {UNCERTAIN} (counts as 0)."
        )
    wrong = np.argwhere(~((probabilities >= 0) & (probabilities <= 1)))  # NaN as well
    if len(wrong):
        row, column = wrong[0]
        raise GraftNetError(
            f"{len(wrong)} probabilities are none, the first {probabilities[row, column]} for "
            f"{attributes[column]} of image {row}; expected numbers in 0…1."
        )
