"""Clusters of negatives, ranked by how near they are to the positives."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from graftnet_tf.mining.clusters import cluster
from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.mining.earth_mover import earth_movers_distance, similarity
from graftnet_tf.mining.points import SUMMARIES, WeightedPoints, centroid, sample


@dataclasses.dataclass(frozen=True)
class RankedCluster:
    """A cluster of negatives.

    Attributes:
      members: int [n], its images, ascending.
      distances: Earth mover's distance to the positives of each attribute.
      similarity: Similarity to the nearest attribute's positives, in 0…1.
    """

    members: np.ndarray
    distances: dict[str, float]
    similarity: float

    @property
    def nearest_attribute(self) -> str:
        return min(self.distances, key=self.distances.__getitem__)

    @property
    def distance(self) -> float:
        """To the nearest attribute's positives."""
        return min(self.distances.values())


def rank(
    vectors: np.ndarray,
    negatives: np.ndarray,
    positives: Mapping[str, np.ndarray],
    config: MiningConfig,
) -> list[RankedCluster]:
    """Clusters the negatives and ranks the clusters, nearest first.

    Where a task reports several attributes, a cluster counts by the nearest of them: what
    is hard for one head of the classifier is worth keeping.

    Args:
      vectors: float32 [M, D].
      negatives: int [n], rows of the negatives.
      positives: int rows of each attribute's positives.
      config: Configuration of the mining.

    Raises:
      GraftNetError: a distance was not found.
    """
    summarise = SUMMARIES[config.positive_side]
    summaries = {
        attribute: summarise(vectors[rows], config.positive_points, config.seed)
        for attribute, rows in positives.items()
    }
    negative_vectors = vectors[negatives]
    clusters = cluster(negative_vectors, config.clusters, config.seed)
    ranked = []
    for number in range(len(clusters.sizes)):
        members = clusters.members(number)
        points = _cluster_side(negative_vectors, members, config)
        distances = {
            attribute: earth_movers_distance(
                points,
                summary,
                of=f"cluster {number} ({len(members)} negatives) to the positives of {attribute}",
                iterations=config.emd_iterations,
            )
            for attribute, summary in summaries.items()
        }
        closeness = similarity(min(distances.values()), config.gamma)
        ranked.append(RankedCluster(negatives[members], distances, closeness))
    return sorted(ranked, key=lambda some: some.distance)


def _cluster_side(vectors: np.ndarray, members: np.ndarray, config: MiningConfig) -> WeightedPoints:
    if config.cluster_side == "centroid":
        return centroid(vectors[members])
    return sample(vectors[members], config.cluster_points, config.seed)
