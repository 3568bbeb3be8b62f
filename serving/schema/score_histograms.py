"""Score histograms, in the bins of the server's metrics."""

from collections.abc import Iterable

import numpy as np

SCORE_EDGES = tuple(edge / 20 for edge in range(1, 21))
BINS = len(SCORE_EDGES)
Histograms = dict[str, np.ndarray]
"""int64 [BINS] of each attribute: bin i holds scores above edge i - 1 up to edge i."""


def count(scores: Iterable[float]) -> np.ndarray:
    """int64 [BINS]: scores by bin; NaN, which stands for an image without a score, in none.

    The last bin also takes what rounding put above 1.
    """
    values = np.fromiter(scores, np.float64)
    bins = np.searchsorted(SCORE_EDGES, values[~np.isnan(values)], side="left")
    return np.bincount(np.minimum(bins, BINS - 1), minlength=BINS)
