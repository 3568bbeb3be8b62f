"""Which images a report shows."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from yolact_tf.evaluation.comparison import Comparison, compare
from yolact_tf.evaluation.scoring import EvaluatedImage

SHOWN = 6


class Exhibit(NamedTuple):
    """An image with how it went."""

    image: EvaluatedImage
    comparison: Comparison


def choose(images: Sequence[EvaluatedImage], seed: int) -> dict[str, list[Exhibit]]:
    """Up to `SHOWN` images each of best, worst and random; `seed` fixes the random ones.

    The best and the worst are by `Comparison.quality`, do not overlap, and leave out
    images where nothing was to be found and nothing was.
    """
    exhibits = [Exhibit(image, compare(image)) for image in images]
    ranked = sorted(
        (exhibit for exhibit in exhibits if exhibit.comparison.quality is not None),
        key=lambda exhibit: exhibit.comparison.quality or 0,
    )
    worst = ranked[: min(SHOWN, len(ranked) // 2)]
    best = ranked[len(worst) :][: -SHOWN - 1 : -1]
    drawn = np.random.default_rng(seed).permutation(len(exhibits))[:SHOWN]
    return {"best": best, "worst": worst, "random": [exhibits[place] for place in drawn]}
