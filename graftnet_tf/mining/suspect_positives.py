"""Examples of reported classes that look like another class: unusual ones, or wrong labels."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from scipy.special import softmax
from sklearn.metrics import pairwise_distances

from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.training import linear_probe

_FOLDS = 5


@dataclasses.dataclass(frozen=True)
class SuspectPositive:
    """An example of a reported class that a probe takes for another class.

    Attributes:
      row: Row of the example.
      likelier: Index of the class that it is taken for.
      probability: Of its own class, in 0…1, by a probe that did not learn from it.
      typical: Mean of that probability over all examples of its class.
      nearest: Row of the nearest example of the likelier class.
      distance: Euclidean, to it.
    """

    row: int
    likelier: int
    probability: float
    typical: float
    nearest: int
    distance: float


def find_suspect_positives(
    vectors: np.ndarray,
    labels: np.ndarray,
    groups: np.ndarray,
    reported: Sequence[int],
    config: MiningConfig,
) -> list[SuspectPositive]:
    """The examples of reported classes that seem to be of another class, most suspect first.

    By out-of-fold probabilities of linear probes. A class counts by how far its probability is
    above the mean one of the class's own examples, the threshold of confident learning
    (Northcutt et al. 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels",
    eq. 2). Suspect is an example for which another class counts most; first comes that whose own
    class counts least (its self-confidence, less the threshold).

    An example is judged by a probe that learnt from neither it nor its group; where its whole
    class is one group, not at all. A probe learns from a sample of at most
    `linear_probe.EXAMPLES`.

    Args:
      vectors: float32 [M, D].
      labels: int [M], class indices.
      groups: [M], equal for examples that are judged together.
      reported: Classes whose examples are judged.
      config: Its `suspects` and `seed`.
    """
    if not config.suspects:
        return []
    probabilities = _out_of_fold(vectors, labels, groups, config.seed)
    own = np.take_along_axis(probabilities, labels[:, np.newaxis], axis=1)[:, 0]
    typical = _typical(own, labels, probabilities.shape[1])
    margins = np.where(np.isnan(probabilities), -np.inf, probabilities - typical)
    likelier = margins.argmax(axis=1)
    suspect = (likelier != labels) & ~np.isnan(own) & np.isin(labels, list(reported))
    rows = np.flatnonzero(suspect)
    order = np.argsort(margins[rows, labels[rows]], kind="stable")
    rows = rows[order[: config.suspects]]
    if not len(rows):
        return []
    nearest, distances = _nearest(vectors, labels, rows, likelier[rows])
    return [
        SuspectPositive(
            row=int(row),
            likelier=int(likelier[row]),
            probability=float(own[row]),
            typical=float(typical[labels[row]]),
            nearest=int(nearest[place]),
            distance=float(distances[place]),
        )
        for place, row in enumerate(rows)
    ]


def _typical(own: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """float64 [classes], the mean over each class's judged examples; infinite without any."""
    judged = [own[(labels == label) & ~np.isnan(own)] for label in range(classes)]
    return np.array([some.mean() if len(some) else np.inf for some in judged])


def _out_of_fold(
    vectors: np.ndarray, labels: np.ndarray, groups: np.ndarray, seed: int
) -> np.ndarray:
    """float64 [M, classes]; not a number where a probe knows no example of the class."""
    random = np.random.default_rng(seed)
    folds = _folds(labels, groups, random)
    probabilities = np.full((len(labels), labels.max() + 1), np.nan)
    for fold in range(_FOLDS):
        judged = np.flatnonzero(folds == fold)
        learnt = np.flatnonzero(folds != fold)
        known, codes = np.unique(labels[learnt], return_inverse=True)
        if len(known) < 2 or not len(judged):
            continue
        some = linear_probe.subsample(codes, vectors.shape[1], random)
        kernel, bias = linear_probe.fit(vectors[learnt[some]], codes[some], len(known))
        probabilities[np.ix_(judged, known)] = softmax((vectors @ kernel + bias)[judged], axis=1)
    return probabilities


def _folds(labels: np.ndarray, groups: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """int [M], the fold of each example: groups stay whole, and each class's are spread evenly.

    A group counts as of the rarest class that it has. The groups of one class go to the folds in
    turn, so that a class of two groups is in two folds.
    """
    names, codes = np.unique(groups, return_inverse=True)
    commonness = np.argsort(np.argsort(np.bincount(labels), kind="stable"))
    rarest = np.full(len(names), len(commonness))
    np.minimum.at(rarest, codes, commonness[labels])
    order = random.permutation(len(names))
    order = order[np.argsort(rarest[order], kind="stable")]
    folds = np.empty(len(names), np.int64)
    folds[order] = np.arange(len(names)) % _FOLDS
    return folds[codes]


def _nearest(
    vectors: np.ndarray, labels: np.ndarray, rows: np.ndarray, classes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(int [n], row of the nearest example of some class to each of int [n] rows; distances)."""
    distances = pairwise_distances(vectors[rows], vectors)
    distances[labels != classes[:, np.newaxis]] = np.inf
    nearest = distances.argmin(axis=1)
    return nearest, distances[np.arange(len(rows)), nearest]
