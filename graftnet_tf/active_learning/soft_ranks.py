"""Weights by rank: the first are the likeliest, and none is impossible."""

import numpy as np
from scipy import stats


def soft_ranks(values: np.ndarray, exponent: float) -> np.ndarray:
    """1 / rank^exponent, the greatest value having rank 1; equal values have their mean rank.

    Kirsch et al. 2023, "Stochastic Batch Acquisition: A Simple Baseline for Deep Active Learning",
    section 3: drawn so, a batch is not a cluster of look-alikes as the n best are.

    Args:
      values: float [N].
      exponent: Above 0; the greater, the nearer to taking the n greatest values.

    Returns:
      float64 [N], above 0.
    """
    return stats.rankdata(-np.asarray(values, np.float64)) ** -exponent
