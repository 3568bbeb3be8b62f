"""Timing in turns, so that a busy machine is busy for all."""

import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

Name = TypeVar("Name")


def seconds_of_turns(
    calls: Mapping[Name, Callable[[], object]], turns: int
) -> dict[Name, list[float]]:
    """Seconds of each call in every turn, after one that does not count.

    The order of a turn is drawn, so that none always follows the same other. A call that
    returns a float has timed itself.
    """
    seconds: dict[Name, list[float]] = {name: [] for name in calls}
    order = random.Random(0)
    for turn in range(turns + 1):
        for name in order.sample(list(calls), len(calls)):
            started = time.perf_counter()
            answer = calls[name]()
            took = answer if isinstance(answer, float) else time.perf_counter() - started
            if turn:
                seconds[name].append(took)
    return seconds


def best_of_turns(calls: Mapping[str, Callable[[], object]], turns: int) -> dict[str, float]:
    """The best of the seconds of each call."""
    return {name: min(some) for name, some in seconds_of_turns(calls, turns).items()}


def times_as_fast(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Their seconds over ours, turn by turn: above 1 where ours is the faster."""
    return [round(their / our, 3) for our, their in zip(ours, theirs, strict=True)]


def median_and_range(ratios: Sequence[float]) -> str:
    """As tables have them: 1.05 (0.98–1.20)."""
    middle = f"{statistics.median(ratios):.2f}"
    return middle if len(ratios) == 1 else f"{middle} ({min(ratios):.2f}–{max(ratios):.2f})"
