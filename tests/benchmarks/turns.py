"""Timing in turns, so that a busy machine is busy for all."""

import random
import time
from collections.abc import Callable, Mapping


def best_of_turns(calls: Mapping[str, Callable[[], object]], turns: int) -> dict[str, float]:
    """Seconds of each call: the best of as many turns, after one that does not count.

    The order of a turn is drawn, so that none always follows the same other. A call that
    returns a float has timed itself.
    """
    best = dict.fromkeys(calls, float("inf"))
    order = random.Random(0)
    for turn in range(turns + 1):
        for name in order.sample(list(calls), len(calls)):
            started = time.perf_counter()
            answer = calls[name]()
            seconds = answer if isinstance(answer, float) else time.perf_counter() - started
            if turn:
                best[name] = min(best[name], seconds)
    return best
