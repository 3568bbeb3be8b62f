"""Differences of AUC between two contenders, with intervals by resampling groups."""

import dataclasses

import numpy as np

SAMPLES = 2000


@dataclasses.dataclass(frozen=True)
class Resampled:
    """AUC of one contender's attributes on samples of the test groups.

    Attributes:
      areas: float64 [L], on the test photos themselves; NaN without a positive or a negative.
      samples: float64 [SAMPLES, L], on each sample; NaN as above.
    """

    areas: np.ndarray
    samples: np.ndarray


def counts_of_groups(groups: np.ndarray, seed: int, samples: int = SAMPLES) -> np.ndarray:
    """int64 [samples, N]: how often each photo is in each bootstrap sample of whole groups.

    Args:
      groups: int [N].
      seed: Of the samples; contenders that are compared share it.
      samples: How many.
    """
    names, codes = np.unique(groups, return_inverse=True)
    random = np.random.default_rng([seed, 3])
    drawn = random.multinomial(len(names), np.full(len(names), 1 / len(names)), size=samples)
    return drawn[:, codes]


def resampled_auc(
    labels: np.ndarray, scores: np.ndarray, counts: np.ndarray
) -> tuple[float, np.ndarray]:
    """AUC (ties count a half) on the photos, and on samples in which each occurs so many times.

    Args:
      labels: bool [N].
      scores: float [N].
      counts: int [S, N].

    Returns:
      (the area, float64 [S] its value on the samples); NaN without a positive or a negative.
    """
    whole = np.ones((1, len(labels)), np.int64)
    weights = np.concatenate([whole, counts])
    values, codes = np.unique(scores, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(values)))
    positives = np.add.reduceat((weights * labels)[:, order], starts, axis=1)
    negatives = np.add.reduceat((weights * ~labels)[:, order], starts, axis=1)
    below = np.cumsum(negatives, axis=1) - negatives
    pairs = positives.sum(axis=1) * negatives.sum(axis=1)
    with np.errstate(invalid="ignore"):
        areas = np.sum(positives * (below + negatives / 2), axis=1) / np.where(pairs, pairs, np.nan)
    return float(areas[0]), areas[1:]


def interval(differences: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Percentile interval of bootstrap samples float [S] (Efron and Tibshirani 1993, ch. 13)."""
    low, high = np.nanquantile(differences, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def p_value(differences: np.ndarray) -> float:
    """Two-sided p of no difference: twice the share of samples float [S] beyond zero, ≤ 1."""
    differences = differences[~np.isnan(differences)]
    beyond = min(np.sum(differences <= 0), np.sum(differences >= 0))
    return float(min(1.0, 2 * (beyond + 1) / (len(differences) + 1)))


def holm(values: np.ndarray) -> np.ndarray:
    """p values float [L], corrected for being L (Holm 1979, "A Simple Sequentially Rejective
    Multiple Test Procedure")."""
    order = np.argsort(values)
    scaled = values[order] * np.arange(len(values), 0, -1)
    corrected = np.empty_like(values)
    corrected[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return corrected
