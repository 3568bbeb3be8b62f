"""Probable negatives that the served head is not sure of."""

import numpy as np

from graftnet_tf.active_learning.candidates import Candidates
from graftnet_tf.active_learning.soft_ranks import soft_ranks

_EXPONENT = 1.0


def hard_negatives(candidates: Candidates, _: np.ndarray) -> np.ndarray:
    """By the rank of the score among those below the threshold; 0 from there upwards (paper 3.4).

    Where the head says no to none, all are weighed by their scores' ranks.
    """
    assert candidates.scores is not None
    below = candidates.scores < candidates.threshold
    if not below.any():
        below = np.ones(len(candidates), bool)
    weights = np.zeros(len(candidates))
    weights[below] = soft_ranks(candidates.scores[below], _EXPONENT)
    return weights
