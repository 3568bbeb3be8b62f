"""Candidates spread over the feature space."""

import numpy as np

from graftnet_tf.active_learning.candidates import Candidates


def diverse(candidates: Candidates, clusters: np.ndarray) -> np.ndarray:
    """Every cluster alike, so that the rare are drawn as often as the many."""
    return 1.0 / np.bincount(clusters)[clusters]
