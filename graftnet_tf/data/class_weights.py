"""How much each class counts in a loss."""

import numpy as np


def class_weights(labels: np.ndarray, classes: int) -> np.ndarray:
    """Weight of each class that gives every class the same say: M / (classes · count).

    Args:
      labels: int [M].
      classes: Number of classes.

    Returns:
      float32 [classes]; 0 for a class that does not occur.
    """
    counts = np.bincount(labels, minlength=classes)
    return np.where(counts, len(labels) / (classes * np.maximum(counts, 1)), 0).astype(np.float32)
