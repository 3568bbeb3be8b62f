"""Candidates like a few examples of what is looked for."""

import numpy as np
from sklearn.metrics import pairwise_distances_argmin_min

from graftnet_tf.active_learning.candidates import Candidates
from graftnet_tf.active_learning.soft_ranks import soft_ranks

_EXPONENT = 2.0


def seeds(candidates: Candidates, _: np.ndarray) -> np.ndarray:
    """By the rank of the distance to the nearest seed."""
    assert candidates.seeds is not None
    _, distances = pairwise_distances_argmin_min(candidates.vectors, candidates.seeds)
    return soft_ranks(-distances, _EXPONENT)
