"""How long batches take on this machine."""

import statistics
import time
from collections.abc import Callable, Sequence

BATCHES = (1, 8)


def batch_milliseconds(
    runs: Sequence[Callable[[int], object]], turns: int
) -> list[dict[int, float]]:
    """Median time of each run, by the size of the batch that it is given.

    They take turns, so that a busy machine is busy for all, after one that does not count.
    """
    seconds: list[dict[int, list[float]]] = [{size: [] for size in BATCHES} for _ in runs]
    for turn in range(turns + 1):
        for run, own in zip(runs, seconds, strict=True):
            for size in BATCHES:
                started = time.perf_counter()
                run(size)
                if turn:
                    own[size].append(time.perf_counter() - started)
    return [
        {size: round(1000 * statistics.median(some), 2) for size, some in own.items()}
        for own in seconds
    ]
