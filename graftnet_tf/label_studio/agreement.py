"""How far annotators agree, beyond what chance would have them."""

import itertools
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sklearn.metrics import cohen_kappa_score

from graftnet_tf.active_learning.answers import ASIDE, AnsweredImage


class Agreement(NamedTuple):
    """Two annotators on the images that both gave a class.

    Attributes:
      annotators: Their numbers.
      images: Number of such images.
      alike: Of these, those with the same class from both.
      kappa: Cohen's κ, in -1…1; None where all is of one class, which tells nothing.
    """

    annotators: tuple[int, int]
    images: int
    alike: int
    kappa: float | None


def agreements(images: Iterable[AnsweredImage]) -> list[Agreement]:
    """Agreement of each two annotators who gave a class to some image both.

    Of several answers of one annotator the last counts; answers that are no class do not, nor those
    of deleted users, who cannot be told apart.
    """
    classes: dict[int, dict[str, str]] = {}
    for image in images:
        for answer in image.answers:
            if answer.by is not None and answer.label not in ASIDE:
                classes.setdefault(answer.by, {})[image.chosen.sha256] = answer.label
    pairs = itertools.combinations(sorted(classes), 2)
    found = (_agreement(pair, classes[pair[0]], classes[pair[1]]) for pair in pairs)
    return [agreement for agreement in found if agreement.images]


def _agreement(
    annotators: tuple[int, int], first: Mapping[str, str], second: Mapping[str, str]
) -> Agreement:
    both = [(first[image], second[image]) for image in first if image in second]
    alike = sum(one == other for one, other in both)
    several = len({label for pair in both for label in pair}) > 1
    kappa = float(cohen_kappa_score(*zip(*both, strict=True))) if several else None
    return Agreement(annotators, len(both), alike, kappa)
