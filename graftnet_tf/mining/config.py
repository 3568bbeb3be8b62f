"""What mining is to do."""

import dataclasses

from graftnet_tf.errors import GraftNetError
from graftnet_tf.mining.earth_mover import GAMMA, ITERATIONS
from graftnet_tf.mining.points import SUMMARIES

CLUSTER_SIDES = ("samples", "centroid")


@dataclasses.dataclass(frozen=True)
class MiningConfig:
    """What `mine` does.

    Examples:
      >>> from graftnet_tf import MiningConfig
      >>> MiningConfig(nearest_share=0.2, keep_rate=0.25).clusters
      20

    Attributes:
      clusters: Number of clusters of the negatives, by k-means.
      cluster_side: How a cluster enters the earth mover's distance: "samples" of it, or its
        "centroid" alone, as published.
      cluster_points: Samples of a cluster at most.
      positive_side: How positives enter: k-means "atoms" weighted by their share, or a
        uniform "sample".
      positive_points: Atoms or samples of the positives at most.
      gamma: Factor γ of the similarity exp(-γ d), which grades clusters and does not reorder them.
      nearest_share: Share of the clusters, rounded up, that are kept whole.
      nearest_clusters: Their number, in place of the share.
      keep_rate: Share of every other cluster that is kept, rounded up: at least one image.
      neighbours: Nearest images that a suspect negative's label is judged by.
      suspects: Labels that may be wrong listed at most, of negatives and of positives each.
      emd_iterations: Greatest number of the solver's iterations, for each distance.
      seed: Random seed.
    """

    clusters: int = 20
    cluster_side: str = "samples"
    cluster_points: int = 500
    positive_side: str = "atoms"
    positive_points: int = 200
    gamma: float = GAMMA
    nearest_share: float = 0.3
    nearest_clusters: int | None = None
    keep_rate: float = 0.5
    neighbours: int = 10
    suspects: int = 40
    emd_iterations: int = ITERATIONS
    seed: int = 0

    def __post_init__(self):
        if self.cluster_side not in CLUSTER_SIDES or self.positive_side not in SUMMARIES:
            raise GraftNetError(
                f"cluster_side {self.cluster_side!r} and positive_side {self.positive_side!r} "
                f"given; expected one of {', '.join(CLUSTER_SIDES)} and of {', '.join(SUMMARIES)}."
            )
        if min(self.clusters, self.cluster_points, self.positive_points, self.neighbours) < 1:
            raise GraftNetError(
                f"{self.clusters} clusters, {self.cluster_points} and {self.positive_points} "
                f"points and {self.neighbours} neighbours given; expected 1 or more of each."
            )
        if not (0 <= self.nearest_share <= 1 and 0 < self.keep_rate <= 1):
            raise GraftNetError(
                f"nearest_share {self.nearest_share} and keep_rate {self.keep_rate} given; "
                "expected shares of at most 1, and a rate above 0: no cluster is thinned to "
                "nothing."
            )
