"""Ways to choose the next images: those of `graftnet-collect`, and others that were tried."""

import dataclasses
from collections.abc import Callable

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


Arm = Callable[[Situation], np.ndarray]
"""Gives int64 [count] rows of the candidates."""


def arms(name: str) -> tuple[Arm, Arm]:
    """What chooses the first batch, and what chooses the later ones: `FIRST then LATER`, or both.

    Each is one of `OTHERS`, or a mixture of `graftnet-collect`.
    """
    first, _, later = name.partition(" then ")
    return _arm(first), _arm(later or first)


def _arm(name: str) -> Arm:
    return OTHERS.get(name) or _mixture(Mixture.parse(name))


def _mixture(mixture: Mixture) -> Arm:
    def of(situation: Situation) -> np.ndarray:
        return choose(situation.candidates, mixture, situation.count, situation.seed).rows

    return of


def badge(situation: Situation) -> np.ndarray:
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
    return np.array(rows)


def core_set(situation: Situation) -> np.ndarray:
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
    return np.array(rows)


def least_confident(situation: Situation) -> np.ndarray:
    """Those nearest to the threshold, without lots."""
    candidates = situation.candidates
    assert candidates.scores is not None
    distances = np.abs(candidates.scores - candidates.threshold)
    return np.argsort(distances, kind="stable")[: situation.count]


def blunter(exponent: float, random_share: float) -> Arm:
    """`uncertain` with a smaller exponent of the ranks, beside a share of random."""

    def of(situation: Situation) -> np.ndarray:
        candidates = situation.candidates
        assert candidates.scores is not None
        near = -np.abs(logit(np.clip(candidates.scores, 1e-6, 1 - 1e-6)))
        sure = inclusion_probabilities(
            soft_ranks(near, exponent), (1 - random_share) * situation.count
        )
        weights = sure + random_share * situation.count / len(candidates)
        probabilities = inclusion_probabilities(weights, situation.count)
        random = np.random.default_rng(situation.seed)
        return systematic_sample(probabilities, random.permutation(len(candidates)), random)

    return of


def _squared_distances(vectors: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.square(vectors - other).sum(axis=1, dtype=np.float64)


OTHERS: dict[str, Arm] = {
    "badge": badge,
    "core_set": core_set,
    "least_confident": least_confident,
    **{f"uncertain^{exponent}:0.9,random:0.1": blunter(exponent, 0.1) for exponent in (1, 2)},
}
_FIRST = ("random", "seeds:.8,random:.2", "diverse:.8,random:.2")
TRIED = (
    *_FIRST,
    "core_set",
    *(
        f"{first} then {later}"
        for first in _FIRST
        for later in ("badge", "uncertain^1:0.9,random:0.1", "uncertain:.9,random:.1")
    ),
    *(
        f"random then {later}"
        for later in (
            "uncertain^2:0.9,random:0.1",
            "uncertain:.8,random:.2",
            "least_confident",
            "hard_negatives:.8,random:.2",
            "uncertain:.5,hard_negatives:.3,random:.2",
            "uncertain:.4,diverse:.4,random:.2",
        )
    ),
)
