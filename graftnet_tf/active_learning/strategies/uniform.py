"""Every candidate alike."""

import numpy as np

from graftnet_tf.active_learning.candidates import Candidates


def uniform(candidates: Candidates, _: np.ndarray) -> np.ndarray:
    """1 of each: what a fair estimate of rates needs a share of."""
    return np.ones(len(candidates))
