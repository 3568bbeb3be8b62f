"""What one contender's scores are worth on the test photos."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import expit, logit

from graftnet_tf.branch.temperature import fit_temperature
from graftnet_tf.evaluation import metrics
from graftnet_tf.workspace.tasks import Task
from tests.benchmarks.evidence.bootstrap import resampled_auc
from tests.benchmarks.evidence.photos import UNKNOWN, Photos

RATES = ("accuracy", "precision", "recall", "fpr")  # columns of the paper's Table 2
_EDGE = 1e-7  # scores are kept so far from 0 and 1, whose logits are infinite


@dataclasses.dataclass(frozen=True)
class Judgement:
    """Figures of L attributes, NaN of those that a contender does not know.

    Attributes:
      areas: float64 [L], AUC.
      samples: float64 [L, S], AUC on S bootstrap samples.
      rates: float64 [L, 4], `RATES` at thresholds chosen on validation photos.
      calibration: float64 [L], expected calibration error.
      tempered: float64 [L], the same after a temperature fitted on validation photos as
        `graftnet-train-branch` fits it.
    """

    areas: np.ndarray
    samples: np.ndarray
    rates: np.ndarray
    calibration: np.ndarray
    tempered: np.ndarray

    @property
    def balanced(self) -> np.ndarray:
        """float64 [L], balanced accuracy."""
        recall, fpr = self.rates[:, 2], self.rates[:, 3]
        return (recall + 1 - fpr) / 2


def judge(
    scores: dict[str, np.ndarray], test: Photos, validation: Photos, counts: np.ndarray
) -> Judgement:
    """Judges one training's scores.

    Args:
      scores: float32 [N, L] of the "test" and "validation" photos; NaN of attributes that are not
        known.
      test, validation: Photos with their labels.
      counts: int64 [S, N], see `counts_of_groups`.
    """
    columns = [
        _judge_attribute(column, scores, test, validation, counts)
        for column in range(len(test.names))
    ]
    return Judgement(*(np.stack(arrays) for arrays in zip(*columns, strict=True)))


def mean_over_seeds(judgements: Sequence[Judgement]) -> Judgement:
    """Means of one contender's trainings."""
    fields = [dataclasses.astuple(one) for one in judgements]
    return Judgement(*(np.mean(arrays, axis=0) for arrays in zip(*fields, strict=True)))


def _judge_attribute(
    column: int,
    scores: dict[str, np.ndarray],
    test: Photos,
    validation: Photos,
    counts: np.ndarray,
) -> tuple[Any, ...]:
    """One entry for each field of a `Judgement`."""
    known, held = (part.labels[:, column] != UNKNOWN for part in (test, validation))
    labels, chances = test.labels[known, column] == 1, scores["test"][known, column]
    if np.isnan(chances).any():
        return (np.nan, np.full(len(counts), np.nan), np.full(len(RATES), np.nan), np.nan, np.nan)
    held_labels = validation.labels[held, column]
    held_chances = _inside(scores["validation"][held, column])
    threshold = metrics.best_threshold(held_labels == 1, held_chances)
    found = metrics.at_threshold(labels, chances, 0.5 if threshold is None else threshold)
    calibration = fit_temperature(
        Task.binary(test.names[column]),
        held_labels,
        np.log(np.stack([1 - held_chances, held_chances], axis=1)),
        validation.groups[held],
    )
    tempered = expit(logit(_inside(chances)) / calibration.temperature)
    return (
        *resampled_auc(labels, chances, counts[:, known]),
        np.array([getattr(found, rate) for rate in RATES], np.float64),  # NaN where undefined
        metrics.expected_calibration_error(labels, chances),
        metrics.expected_calibration_error(labels, tempered),
    )


def _inside(scores: np.ndarray) -> np.ndarray:
    """float64 [N], a little away from 0 and 1."""
    return np.clip(scores.astype(np.float64), _EDGE, 1 - _EDGE)
