"""Weighted choices."""

from collections.abc import Mapping

import numpy as np


def pick(rng: np.random.Generator, weights: Mapping[str, float]) -> str:
    """One of the names, each as often as its weight says."""
    threshold = rng.random() * sum(weights.values())
    for name, weight in weights.items():
        threshold -= weight
        if threshold <= 0:
            return name
    return name
