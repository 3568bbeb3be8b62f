"""Ways to choose the next images: those of `graftnet-collect`, and others that were tried."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import logit
from sklearn.metrics import pairwise_distances_argmin_min

from graftnet_tf.active_learning.candidates import Candidates
from graftnet_tf.active_learning.choice import choose
from graftnet_tf.active_learning.mixture import Mixture
from graftnet_tf.active_learning.sampling import inclusion_probabilities, systematic_sample
from graftnet_tf.active_learning.soft_ranks import soft_ranks


@dataclasses.dataclass(frozen=True)
class Situation:
    """Before a batch is chosen.

    Attributes:
      candidates: The n images without a label; their seeds are the positives so far.
      labelled: float32 [m, D], vectors of the images that have one.
      count: Images to choose.
      seed: Random seed.
    """

    candidates: Candidates
    labelled: np.ndarray
    count: int
    seed: int


class Chosen(NamedTuple):
    """int64 [count] rows of the candidates, and how likely each was; NaN where nobody knows."""

    rows: np.ndarray
    probabilities: np.ndarray

    @classmethod
    def surely(cls, rows: Sequence[int] | np.ndarray) -> "Chosen":
        """Rows that no lot was drawn for."""
        return cls(np.asarray(rows), np.full(len(rows), np.nan))


Arm = Callable[[Situation], Chosen]


def arms(name: str) -> tuple[Arm, Arm]:
    """What chooses the first batch, and what chooses the later ones: `FIRST then LATER`, or both.

    Each is one of `OTHERS`, or a mixture of `graftnet-collect`.
    """
    first, _, later = name.partition(" then ")
    return _arm(first), _arm(later or first)


def _arm(name: str) -> Arm:
    return OTHERS.get(name) or _mixture(Mixture.parse(name))


def _mixture(mixture: Mixture) -> Arm:
    def of(situation: Situation) -> Chosen:
        choice = choose(situation.candidates, mixture, situation.count, situation.seed)
        return Chosen(choice.rows, choice.probabilities)

    return of


def badge(situation: Situation) -> Chosen:
    """k-means++ on the gradients of the last layer.

    Ash et al. 2020, "Deep Batch Active Learning by Diverse, Uncertain Gradient Lower Bounds",
    algorithm 1; with two classes the gradient is the vector times how far the score is from the
    class that it says.
    """
    candidates = situation.candidates
    assert candidates.scores is not None
    doubt = np.minimum(candidates.scores, 1 - candidates.scores)
    gradients = candidates.vectors * doubt[:, np.newaxis]
    random = np.random.default_rng(situation.seed)
    rows = [int(np.argmax(np.linalg.norm(gradients, axis=1)))]
    nearest = _squared_distances(gradients, gradients[rows[0]])
    while len(rows) < situation.count:
        nearest[rows] = 0.0
        rows.append(int(random.choice(len(gradients), p=nearest / nearest.sum())))
        nearest = np.minimum(nearest, _squared_distances(gradients, gradients[rows[-1]]))
    return Chosen.surely(rows)


def core_set(situation: Situation) -> Chosen:
    """Always the image that is farthest from all with a label.

    Sener and Savarese 2018, "Active Learning for Convolutional Neural Networks: A Core-Set
    Approach", algorithm 1.
    """
    vectors = situation.candidates.vectors
    _, distances = pairwise_distances_argmin_min(vectors, situation.labelled)
    nearest = distances**2
    rows: list[int] = []
    while len(rows) < situation.count:
        rows.append(int(np.argmax(nearest)))
        nearest = np.minimum(nearest, _squared_distances(vectors, vectors[rows[-1]]))
    return Chosen.surely(rows)


def least_confident(situation: Situation) -> Chosen:
    """Those nearest to the threshold, without lots."""
    candidates = situation.candidates
    assert candidates.scores is not None
    distances = np.abs(candidates.scores - candidates.threshold)
    return Chosen.surely(np.argsort(distances, kind="stable")[: situation.count])


def by_rank(near: Callable[[Candidates], np.ndarray], exponent: float) -> Arm:
    """Nine in ten by the rank of a value, the others at random.

    Args:
      near: Gives float [n], greater for what is rather drawn.
      exponent: Of the ranks, see `soft_ranks`.
    """

    def of(situation: Situation) -> Chosen:
        candidates, count = situation.candidates, situation.count
        chosen = inclusion_probabilities(soft_ranks(near(candidates), exponent), 0.9 * count)
        probabilities = inclusion_probabilities(chosen + 0.1 * count / len(candidates), count)
        random = np.random.default_rng(situation.seed)
        rows = systematic_sample(probabilities, random.permutation(len(candidates)), random)
        return Chosen(rows, probabilities[rows])

    return of


def _near_threshold(candidates: Candidates) -> np.ndarray:
    assert candidates.scores is not None
    scores, threshold = (
        logit(np.clip(values, 1e-6, 1 - 1e-6))
        for values in (candidates.scores, candidates.threshold)
    )
    return -np.abs(scores - threshold)


def _high(candidates: Candidates) -> np.ndarray:
    assert candidates.scores is not None
    return candidates.scores


def _squared_distances(vectors: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.square(vectors - other).sum(axis=1, dtype=np.float64)


OTHERS: dict[str, Arm] = {
    "badge": badge,
    "core_set": core_set,
    "least_confident": least_confident,
    "threshold^1": by_rank(_near_threshold, 1),
    "threshold^4": by_rank(_near_threshold, 4),
    "highest^1": by_rank(_high, 1),
    "highest^4": by_rank(_high, 4),
}
_FIRST = ("random", "seeds:.8,random:.2", "diverse:.8,random:.2")
TRIED = (
    *_FIRST,
    "core_set",
    *(
        f"{first} then {later}"
        for first in _FIRST
        for later in ("badge", "threshold^4", "uncertain:.9,random:.1")
    ),
    *(
        f"diverse:.8,random:.2 then {later}"
        for later in (
            "threshold^1",
            "highest^1",
            "highest^4",
            "uncertain:.8,random:.2",
            "least_confident",
            "hard_negatives:.8,random:.2",
            "uncertain:.5,hard_negatives:.3,random:.2",
        )
    ),
)
