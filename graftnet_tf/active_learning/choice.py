"""A batch of candidates, drawn."""

import dataclasses

import numpy as np
from sklearn.cluster import KMeans

from graftnet_tf.active_learning.candidates import Candidates
from graftnet_tf.active_learning.mixture import Mixture
from graftnet_tf.active_learning.sampling import inclusion_probabilities, systematic_sample
from graftnet_tf.active_learning.strategies import STRATEGIES
from graftnet_tf.errors import GraftNetError

_CLUSTERS = 256
_PER_CLUSTER = 64  # candidates that centres are found by
_ITERATIONS = 20
_AT_ONCE = 1 << 16


@dataclasses.dataclass(frozen=True)
class Choice:
    """n candidates that were drawn.

    Attributes:
      rows: int64 [n], which.
      strategies: Name of the strategy that each was drawn for.
      probabilities: float64 [n] above 0, how likely it was to be drawn.
    """

    rows: np.ndarray
    strategies: list[str]
    probabilities: np.ndarray


def choose(candidates: Candidates, mixture: Mixture, count: int, seed: int = 0) -> Choice:
    """Draws candidates, each with a probability that is known beforehand.

    Every strategy gives each candidate a probability, as if it drew its share of the batch alone;
    these are added, and none is above 1. One systematic sample is drawn by the sums, along the
    clusters of the feature space, so that a batch is spread over it whatever the strategy. So the
    inverse of a probability is an unbiased weight (Horvitz and Thompson 1952), if all can be drawn.

    Args:
      candidates: What there is to choose from.
      mixture: Strategies in shares.
      count: Number to draw.
      seed: Random seed.

    Raises:
      GraftNetError: there are fewer that can be drawn than `count`.
    """
    if count > len(candidates):
        raise GraftNetError(
            f"{count} images asked for; {len(candidates)} are left that are neither labelled nor "
            "near-duplicates. Ask for fewer, or name a larger archive."
        )
    random = np.random.default_rng(seed)
    clusters = _clusters(candidates.vectors, count, seed)
    parts = {
        name: _part(STRATEGIES[name](candidates, clusters), share * count)
        for name, share in mixture.shares.items()
    }
    probabilities = inclusion_probabilities(np.sum(list(parts.values()), axis=0), count)
    order = np.lexsort((random.permutation(len(candidates)), clusters))
    rows = systematic_sample(probabilities, order, random)
    names = list(parts)
    shares = np.stack([parts[name][rows] for name in names], axis=1)
    reached = np.cumsum(shares, axis=1) / shares.sum(axis=1, keepdims=True)
    drawn_for = (reached < random.uniform(size=(len(rows), 1))).sum(axis=1)
    return Choice(rows, [names[place] for place in drawn_for], probabilities[rows])


def _part(weights: np.ndarray, count: float) -> np.ndarray:
    """Probabilities of one strategy, of fewer than `count` where it cannot draw as many."""
    return inclusion_probabilities(weights, min(count, np.count_nonzero(weights)))


def _clusters(vectors: np.ndarray, count: int, seed: int) -> np.ndarray:
    """int32 [N], the cluster of each; about as many as are drawn, by the centres of a sample."""
    number = min(count, _CLUSTERS, len(vectors))
    size = min(_PER_CLUSTER * number, len(vectors))
    sample = np.random.default_rng(seed).choice(len(vectors), size, replace=False)
    means = KMeans(number, n_init=1, max_iter=_ITERATIONS, random_state=seed).fit(
        vectors[np.sort(sample)]
    )
    starts = range(0, len(vectors), _AT_ONCE)
    return np.concatenate([means.predict(vectors[start : start + _AT_ONCE]) for start in starts])
