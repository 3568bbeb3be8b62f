"""An attribute's worst mistakes, as thumbnails."""

import dataclasses
import io

import numpy as np
import tensorflow as tf
from PIL import Image

from graftnet_tf import files
from graftnet_tf.evaluation import AttributeEvaluation

_THUMBNAIL_SIZE = (160, 208)  # pixels, twice what the page shows
_JPEG_QUALITY = 80


@dataclasses.dataclass(frozen=True)
class Mistake:
    """A picture on the wrong side of the threshold.

    Attributes:
      path: of the picture file.
      score: what the model gave it.
      thumbnail: JPEG bytes; None when the picture is no longer at hand.
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
        Mistake(attribute.paths[i], float(attribute.scores[i]), _thumbnail(attribute.paths[i]))
        for i in worst
    ]


def _thumbnail(path: str) -> bytes | None:
    content = io.BytesIO()
    try:
        with Image.open(io.BytesIO(files.read_bytes(path))) as picture:
            picture.thumbnail(_THUMBNAIL_SIZE)
            picture.convert("RGB").save(content, "JPEG", quality=_JPEG_QUALITY)
    except (OSError, tf.errors.OpError):
        return None
    return content.getvalue()
