"""The same search for every contender: a few recipes, then longer for as long as it helps."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from absl import logging

from graftnet_tf.evaluation import metrics
from tests.benchmarks.evidence.photos import UNKNOWN, Photos

DOUBLINGS = 4


@dataclasses.dataclass(frozen=True)
class Scores:
    """Of one trained contender.

    Attributes:
      validation, test: float32 [N, L] in 0…1.
      cpu_seconds: Of its training, without scoring.
      cpu_seconds_per_label: What a further label takes when the others are there.
      bytes_per_label, multiply_adds_per_label: What a further label adds to what is stored, and to
        what is computed for one person.
    """

    validation: np.ndarray
    test: np.ndarray
    cpu_seconds: float
    cpu_seconds_per_label: float
    bytes_per_label: int
    multiply_adds_per_label: int


Train = Callable[[dict[str, Any], int], Scores]  # of a recipe and a length


def attribute_aucs(photos: Photos, scores: np.ndarray) -> list[float | None]:
    """AUC of each of L attributes on the photos that it is known of; None where undefined."""
    known = photos.labels != UNKNOWN
    return [
        metrics.auc(photos.labels[known[:, column], column] == 1, scores[known[:, column], column])
        for column in range(len(photos.names))
    ]


def mean_auc(photos: Photos, scores: np.ndarray) -> float:
    """Mean of `attribute_aucs` that are defined; NaN where none is."""
    mean = metrics.mean_defined(attribute_aucs(photos, scores))
    return float("nan") if mean is None else mean


def search(
    train: Train, recipes: Sequence[dict[str, Any]], length: int, validation: Photos
) -> tuple[dict[str, Any], int, Scores, list[dict[str, Any]]]:
    """Tries every recipe at one length, and the best at twice it until validation AUC stops.

    Args:
      train: Function of (recipe, length) that trains and scores.
      recipes: What to try.
      length: To begin with.
      validation: Photos by whose mean AUC recipes and lengths are chosen.

    Returns:
      (the recipe, the length, its scores, every trial with its validation AUC).
    """
    trials = []

    def trial(recipe: dict[str, Any], length: int) -> tuple[float, Scores]:
        scores = train(recipe, length)
        area = mean_auc(validation, scores.validation)
        trials.append({"recipe": recipe, "length": length, "validation_auc": round(area, 4)})
        logging.info("%s, length %d: validation AUC %.4f.", recipe, length, area)
        return area, scores

    tried = [(*trial(recipe, length), recipe) for recipe in recipes]
    best, scores, recipe = max(tried, key=lambda one: one[0])
    for _ in range(DOUBLINGS):
        area, longer = trial(recipe, 2 * length)
        if area <= best:
            break
        best, scores, length = area, longer, 2 * length
    return recipe, length, scores, trials
