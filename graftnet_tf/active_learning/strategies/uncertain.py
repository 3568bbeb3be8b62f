"""Candidates near the served head's threshold."""

import numpy as np
from scipy.special import logit

from graftnet_tf.active_learning.candidates import Candidates
from graftnet_tf.active_learning.soft_ranks import soft_ranks

_EXPONENT = 4.0  # of 1, 2 and 4 that which needs the fewest labels, see docs/collecting.md
_LEAST = 1e-6


def uncertain(candidates: Candidates, _: np.ndarray) -> np.ndarray:
    """By the rank of how near the score is to the threshold, both as logits.

    Lewis and Gale 1994, "A Sequential Algorithm for Training Text Classifiers".
    """
    assert candidates.scores is not None
    scores = np.clip(candidates.scores.astype(np.float64), _LEAST, 1 - _LEAST)
    threshold = np.clip(candidates.threshold, _LEAST, 1 - _LEAST)
    return soft_ranks(-np.abs(logit(scores) - logit(threshold)), _EXPONENT)
