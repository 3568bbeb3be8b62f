"""Which pictures a report shows."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from yolact_tf.evaluation.comparison import Comparison, compare
from yolact_tf.evaluation.scoring import EvaluatedPicture

SHOWN = 6


class Exhibit(NamedTuple):
    """A picture with how it went."""

    picture: EvaluatedPicture
    comparison: Comparison


def choose(pictures: Sequence[EvaluatedPicture], seed: int) -> dict[str, list[Exhibit]]:
    """Up to `SHOWN` pictures each of best, worst and random; `seed` fixes the random ones.

    The best and the worst are by `Comparison.quality`, do not overlap, and leave out
    pictures where nothing was to be found and nothing was.
    """
    exhibits = [Exhibit(picture, compare(picture)) for picture in pictures]
    ranked = sorted(
        (exhibit for exhibit in exhibits if exhibit.comparison.quality is not None),
        key=lambda exhibit: exhibit.comparison.quality or 0,
    )
    worst = ranked[: min(SHOWN, len(ranked) // 2)]
    best = ranked[len(worst) :][: -SHOWN - 1 : -1]
    drawn = np.random.default_rng(seed).permutation(len(exhibits))[:SHOWN]
    return {"best": best, "worst": worst, "random": [exhibits[place] for place in drawn]}
