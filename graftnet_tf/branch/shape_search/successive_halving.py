"""Successive halving (Jamieson and Talwalkar 2016, algorithm 1), as pure functions."""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def round_sizes(count: int) -> list[int]:
    """How many of `count` candidates each round starts with: the better half goes on.

    Empty for a single candidate; 5 give [5, 3, 2].
    """
    sizes = []
    while count > 1:
        sizes.append(count)
        count -= count // 2
    return sizes


def round_steps(count: int, first: int) -> list[int]:
    """Steps that a candidate has behind it at the end of each round: they double."""
    return [first << number for number in range(len(round_sizes(count)))]


def halve(
    candidates: Sequence[T],
    first: int,
    judge: Callable[[T, int], float],
    drop: Callable[[T], None],
) -> T:
    """Plays the rounds until one candidate is left.

    Args:
      candidates: At least one candidate; of equal ones, those that come first stay.
      first: Steps of the first round.
      judge: Function called with (candidate, steps it has behind it at the end of the round);
        trains it that far and says how good it is, higher for better.
      drop: Function called with each candidate that leaves, once its round is over.

    Returns:
      The winner.
    """
    left = list(candidates)
    for steps in round_steps(len(left), first):
        merits = {position: judge(candidate, steps) for position, candidate in enumerate(left)}
        ranked = sorted(merits, key=lambda position: -merits[position])
        dropped = set(ranked[len(left) - len(left) // 2 :])
        for position in sorted(dropped):
            drop(left[position])
        left = [candidate for position, candidate in enumerate(left) if position not in dropped]
    return left[0]
