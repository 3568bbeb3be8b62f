"""How much of a test split shows what train shows too."""

from collections.abc import Iterable
from typing import NamedTuple


class SplitLeak(NamedTuple):
    """Groups on both sides of a split.

    Attributes:
      groups: Number of them: persons, photos, or whatever a task's groups are.
      train_images, test_images: Images of these groups on each side.
      test_total: Images of the test split.
    """

    groups: int
    train_images: int
    test_images: int
    test_total: int


def split_leak(train: Iterable[str], test: Iterable[str]) -> SplitLeak:
    """The leak of a split.

    Args:
      train, test: Group of each image of a side.
    """
    learnt, tested = list(train), list(test)
    common = set(learnt) & set(tested)
    return SplitLeak(
        len(common),
        sum(group in common for group in learnt),
        sum(group in common for group in tested),
        len(tested),
    )
