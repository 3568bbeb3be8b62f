"""k-means over feature vectors, of a few hundred or of a hundred thousand."""

import dataclasses
import warnings

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.exceptions import ConvergenceWarning

FULL_LIMIT = 10_000  # vectors; beyond it k-means sees them in mini-batches
_BATCH = 4096


@dataclasses.dataclass(frozen=True)
class Clusters:
    """A partition of M vectors into K clusters, none empty.

    Attributes:
      labels: int [M], the cluster of each vector.
      centroids: float32 [K, D].
      sizes: int [K].
    """

    labels: np.ndarray
    centroids: np.ndarray
    sizes: np.ndarray

    def members(self, number: int) -> np.ndarray:
        """int [n]: positions of the vectors of one cluster, ascending."""
        return np.flatnonzero(self.labels == number)


def cluster(
    vectors: np.ndarray, count: int, seed: int, *, full_limit: int = FULL_LIMIT
) -> Clusters:
    """Clusters float32 [M, D] by k-means, started by k-means++.

    Args:
      vectors: M ≥ 1 of them.
      count: Clusters wanted; fewer where there are fewer different vectors.
      seed: Seed of the start, and of the mini-batches.
      full_limit: Beyond so many vectors the centroids are found in mini-batches
        (Sculley 2010), which needs little memory besides the vectors.
    """
    count = min(count, len(vectors))
    if len(vectors) <= full_limit:
        algorithm = KMeans(count, n_init="auto", random_state=seed)
    else:
        algorithm = MiniBatchKMeans(
            count, n_init="auto", batch_size=_BATCH, random_state=seed, compute_labels=True
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # of vectors all alike
        found = algorithm.fit(vectors)
    used, labels, sizes = np.unique(found.labels_, return_inverse=True, return_counts=True)
    return Clusters(labels, found.cluster_centers_[used], sizes)
