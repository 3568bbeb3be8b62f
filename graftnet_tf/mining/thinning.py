"""Which negatives stay: near clusters whole, of the others a share."""

import math
from collections.abc import Sequence

import numpy as np

from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.mining.ranking import RankedCluster


def kept_whole(count: int, config: MiningConfig) -> int:
    """How many of `count` ranked clusters are kept whole."""
    if config.nearest_clusters is not None:
        return min(config.nearest_clusters, count)
    return math.ceil(config.nearest_share * count)


def thin(ranked: Sequence[RankedCluster], config: MiningConfig) -> list[np.ndarray]:
    """The members of each cluster that stay, ascending; never none of one.

    Args:
      ranked: Clusters, nearest first.
      config: Its `nearest_share` or `nearest_clusters`, `keep_rate` and `seed`.
    """
    whole = kept_whole(len(ranked), config)
    random = np.random.default_rng(config.seed)
    kept = []
    for position, cluster in enumerate(ranked):
        count = len(cluster.members)
        if position >= whole:
            count = math.ceil(config.keep_rate * count)
        kept.append(np.sort(random.choice(cluster.members, count, replace=False)))
    return kept
