"""Work on threads, a little ahead of whoever uses its results."""

import collections
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ahead(
    pool: ThreadPoolExecutor, function: Callable[[Item], Result], items: Iterable[Item], depth: int
) -> Iterator[Result]:
    """`map` on threads, no more than `depth` items ahead of the reader.

    Args:
      pool: Threads.
      function: Function called with each item.
      items: Items, taken as they are needed.
      depth: Items, at least 1.

    Yields:
      The results, in the order of `items`; what `function` raises is raised in its place.
    """
    waiting = collections.deque[Future[Result]]()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) >= depth:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
