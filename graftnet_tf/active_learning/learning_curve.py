"""What more labels will bring: AUC by the number of labels, continued."""

import dataclasses

import numpy as np
from sklearn.metrics import roc_auc_score

from graftnet_tf.errors import GraftNetError
from graftnet_tf.training import linear_probe

SHARES = (0.125, 0.25, 0.5, 1.0)
"""Parts of the images to learn from that are learnt from in turn, each within the next."""

EXPONENT = 0.1
"""Of 0.1, 0.25, 0.5 and the logarithm the one without bias, see docs/collecting.md."""

DIVISIONS = 40
LEAST = 12
_HELD_OUT = 0.3
_CENTRAL = (0.025, 0.975)


@dataclasses.dataclass(frozen=True)
class Gain:
    """What AUC will rise by, and the interval that holds 95 % of the divisions' forecasts."""

    value: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True)
class LearningCurve:
    """AUC by number of labels, for each of R divisions of the images.

    Attributes:
      sizes: float64 [R, S], images learnt from.
      aucs: float64 [R, S] in 0…1, on the images held out.
    """

    sizes: np.ndarray
    aucs: np.ndarray

    def gain(self, now: int, more: int) -> Gain:
        """What further labels will bring, drawn as those that there are.

        AUC is taken to rise towards its limit by labels^-`EXPONENT`, the power law of learning
        curves (Viering and Loog 2022, "The Shape of Learning Curves: a Review", section 4) with its
        exponent fixed, since few points with noise do not tell it.

        Args:
          now: Labels that there are.
          more: Labels to add.
        """
        slopes = _slopes(self.sizes**-EXPONENT, self.aucs)
        gains = slopes * ((now + more) ** -EXPONENT - now**-EXPONENT)
        low, high = np.quantile(gains, _CENTRAL)
        return Gain(float(gains.mean()), float(low), float(high))


def learning_curve(
    vectors: np.ndarray, labels: np.ndarray, groups: np.ndarray, seed: int = 0
) -> LearningCurve:
    """The curve of a linear probe, each time with other groups held out.

    Args:
      vectors: float32 [N, D], the trunk's.
      labels: bool [N].
      groups: [N], equal for images that must stay together.
      seed: Seed of the divisions.

    Raises:
      GraftNetError: fewer than `LEAST` images or groups of either class.
    """
    for shown, name in ((labels, "with"), (~labels, "without")):
        if (count := len(np.unique(groups[shown]))) < LEAST:
            raise GraftNetError(
                f"{count} groups of images {name} it; a learning curve needs {LEAST} or more of "
                "both. Label more."
            )
    random = np.random.default_rng(seed)
    sizes: list[list[int]] = []
    aucs: list[list[float]] = []
    while len(aucs) < DIVISIONS:
        found = _division(vectors, labels, groups, random)
        if found:
            sizes.append(found[0])
            aucs.append(found[1])
    return LearningCurve(np.array(sizes, float), np.array(aucs))


def _division(
    vectors: np.ndarray, labels: np.ndarray, groups: np.ndarray, random: np.random.Generator
) -> tuple[list[int], list[float]] | None:
    """Sizes and AUCs of one division; None where one of its parts lacks a class."""
    names, codes = np.unique(groups, return_inverse=True)
    places = random.permutation(len(names))[codes]
    held = places < _HELD_OUT * len(names)
    learnt = np.flatnonzero(~held)[np.argsort(places[~held], kind="stable")]
    sizes = [round(share * len(learnt)) for share in SHARES]
    parts = [learnt[:size] for size in sizes]
    if len(np.unique(labels[held])) < 2 or len(np.unique(labels[parts[0]])) < 2:
        return None
    return sizes, [probe_auc(vectors, labels, part, np.flatnonzero(held)) for part in parts]


def probe_auc(
    vectors: np.ndarray, labels: np.ndarray, learnt: np.ndarray, judged: np.ndarray
) -> float:
    """AUC of a linear probe on some images that learnt from others.

    Args:
      vectors: float32 [N, D].
      labels: bool [N].
      learnt, judged: int rows, some of both classes in each.
    """
    kernel, _ = linear_probe.fit(vectors[learnt], labels[learnt].astype(int), 2)
    return float(roc_auc_score(labels[judged], (vectors[judged] @ kernel)[:, 1]))


def _slopes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Slope of the least-squares line through each row's points."""
    centred = x - x.mean(axis=1, keepdims=True)
    return (centred * y).sum(axis=1) / np.square(centred).sum(axis=1)
