"""Principal axes of more vectors than fit in memory."""

from collections.abc import Iterable

import numpy as np


def principal_axes(parts: Iterable[np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Axes of the largest variance, as a projection with the mean at its origin.

    Args:
      parts: float32 [m, c] each, in as many parts as there are; m may differ.
      count: Number of axes, c at most.

    Returns:
      (kernel float32 [c, count], orthonormal, the largest variance first; bias float32
      [count]): `vectors @ kernel + bias` are the coordinates.
    """
    vectors, total, products = 0, np.zeros(1), np.zeros((1, 1))
    for part in parts:
        vectors += len(part)
        total = total + part.sum(axis=0, dtype=np.float64)
        products = products + part.T @ part
    mean = total / vectors
    _, axes = np.linalg.eigh(products / vectors - np.outer(mean, mean))
    kernel = axes[:, ::-1][:, :count]
    return kernel.astype(np.float32), (-mean @ kernel).astype(np.float32)
