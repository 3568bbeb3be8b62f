"""Preparing the next item while the last one is worked on."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Argument = TypeVar("Argument")
Result = TypeVar("Result")


def prefetch(
    function: Callable[[Argument], Result], arguments: Iterable[Argument]
) -> Iterator[Result]:
    """Yields `function` of each argument, in order, from one thread that is one item ahead.

    What `function` raises is raised in place of its result.
    """
    thread = ThreadPoolExecutor(1)
    try:
        following: Future[Result] | None = None
        for argument in arguments:
            current, following = following, thread.submit(function, argument)
            if current:
                yield current.result()
        if following:
            yield following.result()
    finally:
        thread.shutdown(wait=False, cancel_futures=True)
