"""Negatives that lie among positives: hard ones, or wrong labels."""

import dataclasses

import numpy as np
from sklearn.neighbors import NearestNeighbors

from graftnet_tf.mining.config import MiningConfig

REFERENCE_LIMIT = 20_000  # images that neighbours are looked for among


@dataclasses.dataclass(frozen=True)
class Suspect:
    """A negative whose neighbours are positives.

    Attributes:
      row: Row of the negative.
      positives: Number of positives among its nearest neighbours.
      nearest_positive: Row of the nearest of those.
      distance: Euclidean, to it.
    """

    row: int
    positives: int
    nearest_positive: int
    distance: float


def find_suspects(
    vectors: np.ndarray,
    is_positive: np.ndarray,
    negatives: np.ndarray,
    config: MiningConfig,
    *,
    reference_limit: int = REFERENCE_LIMIT,
) -> list[Suspect]:
    """The negatives with most positives among their nearest neighbours, most suspect first.

    Ties go to the one nearer to a positive. Neighbours are looked for among all images, or
    a random sample of them where they are many; no image is its own neighbour.

    Args:
      vectors: float32 [M, D].
      is_positive: bool [M].
      negatives: int [n], rows to judge.
      config: Its `neighbours`, `suspects` and `seed`.
      reference_limit: Size of the sample.
    """
    reference = np.arange(len(vectors))
    if len(reference) > reference_limit:
        random = np.random.default_rng(config.seed)
        reference = np.sort(random.choice(reference, reference_limit, replace=False))
    count = min(config.neighbours + 1, len(reference))  # one more, which may be the image itself
    search = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(vectors[reference])
    distances, found = search.kneighbors(vectors[negatives])
    rows = reference[found]  # [n, count], nearest first
    others = rows != negatives[:, np.newaxis]
    others &= np.cumsum(others, axis=1) <= config.neighbours
    near_positive = others & is_positive[rows]
    suspects = []
    for index in np.flatnonzero(near_positive.any(axis=1)):
        first = int(np.argmax(near_positive[index]))
        suspects.append(
            Suspect(
                row=int(negatives[index]),
                positives=int(near_positive[index].sum()),
                nearest_positive=int(rows[index, first]),
                distance=float(distances[index, first]),
            )
        )
    return sorted(suspects, key=lambda s: (-s.positives, s.distance))[: config.suspects]
