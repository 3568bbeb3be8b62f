"""An attribute's worst mistakes, as thumbnails."""

import dataclasses

import numpy as np

from graftnet_tf.evaluation.evaluate import AttributeEvaluation
from graftnet_tf.io.thumbnails import thumbnail


@dataclasses.dataclass(frozen=True)
class Mistake:
    """An image on the wrong side of the threshold.

    Attributes:
      path: Path of the image file.
      score: What the model gave it.
      thumbnail: JPEG bytes; None when the image is no longer at hand.
    """

    path: str
    score: float
    thumbnail: bytes | None


def false_positives(attribute: AttributeEvaluation, count: int) -> list[Mistake]:
    """The highest-scoring negatives that count as positive, worst first."""
    wrong = ~attribute.labels & (attribute.scores >= attribute.row.threshold)
    return _worst(attribute, wrong, -attribute.scores, count)


def false_negatives(attribute: AttributeEvaluation, count: int) -> list[Mistake]:
    """The lowest-scoring positives that do not count as positive, worst first."""
    wrong = attribute.labels & (attribute.scores < attribute.row.threshold)
    return _worst(attribute, wrong, attribute.scores, count)


def _worst(
    attribute: AttributeEvaluation, wrong: np.ndarray, order: np.ndarray, count: int
) -> list[Mistake]:
    candidates = np.flatnonzero(wrong)
    worst = candidates[np.argsort(order[candidates], kind="stable")][:count]
    return [
        Mistake(attribute.paths[i], float(attribute.scores[i]), thumbnail(attribute.paths[i]))
        for i in worst
    ]
