"""Candidates of which the served head knows least whether they show it."""

import numpy as np
from scipy.special import logit

from graftnet_tf.active_learning.candidates import Candidates
from graftnet_tf.active_learning.soft_ranks import soft_ranks

_EXPONENT = 4.0  # of 1, 2 and 4 that which needs the fewest labels, see docs/collecting.md
_LEAST = 1e-6


def uncertain(candidates: Candidates, _: np.ndarray) -> np.ndarray:
    """By the rank of how near the score is to where yes and no are as likely, both as logits.

    Lewis and Gale 1994, "A Sequential Algorithm for Training Text Classifiers". That is where as
    many score higher as are positive; a threshold by Youden's J lies lower, among negatives alone
    where positives are rare. Where it is not known how many are, the threshold has to do.
    """
    assert candidates.scores is not None
    boundary = candidates.threshold
    if candidates.prevalence is not None:
        boundary = float(np.quantile(candidates.scores, 1 - candidates.prevalence))
    scores, boundary = (
        logit(np.clip(values, _LEAST, 1 - _LEAST))
        for values in (candidates.scores.astype(np.float64), boundary)
    )
    return soft_ranks(-np.abs(scores - boundary), _EXPONENT)
