"""Sets of feature vectors as weighted points: what the earth mover carries."""

import dataclasses

import numpy as np

from graftnet_tf.mining.clusters import cluster


@dataclasses.dataclass(frozen=True)
class WeightedPoints:
    """A set of feature vectors, or a summary of one.

    Attributes:
      points: float [n, D].
      weights: float64 [n], positive, of sum 1.
    """

    points: np.ndarray
    weights: np.ndarray

    @classmethod
    def uniform(cls, points: np.ndarray) -> "WeightedPoints":
        return cls(points, np.full(len(points), 1 / len(points)))


def atoms(vectors: np.ndarray, count: int, seed: int) -> WeightedPoints:
    """At most `count` k-means centroids of float32 [M, D], weighted by their share of the set.

    A set of no more than `count` vectors stands for itself.
    """
    if len(vectors) <= count:
        return WeightedPoints.uniform(vectors)
    clusters = cluster(vectors, count, seed)
    return WeightedPoints(clusters.centroids, clusters.sizes / len(vectors))


def sample(vectors: np.ndarray, count: int, seed: int) -> WeightedPoints:
    """At most `count` of float32 [M, D], drawn without replacement, with equal weights."""
    if len(vectors) <= count:
        return WeightedPoints.uniform(vectors)
    chosen = np.random.default_rng(seed).choice(len(vectors), count, replace=False)
    return WeightedPoints.uniform(vectors[np.sort(chosen)])


def centroid(vectors: np.ndarray) -> WeightedPoints:
    """The mean of float32 [M, D] as a single point, as Cui et al. take it of a class."""
    return WeightedPoints.uniform(vectors.mean(axis=0, keepdims=True, dtype=np.float64))


SUMMARIES = {"atoms": atoms, "sample": sample}
