"""Draws in several processes, in order, under a progress bar."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import joblib
from tqdm import tqdm

Result = TypeVar("Result")


def draw_all(
    function: Callable[..., Result],
    arguments: Sequence[tuple[Any, ...]],
    *,
    workers: int,
    description: str,
) -> Iterator[Result]:
    """Yields `function(*a)` for each of `arguments`, in their order.

    Args:
      function: Function of a module without TensorFlow, so that its processes start fast.
      arguments: One tuple per call.
      workers: Processes; 1 draws in this one, -1 uses every core.
      description: What the progress bar on stderr says.
    """
    pool = joblib.Parallel(n_jobs=workers, return_as="generator")
    results = pool(joblib.delayed(function)(*each) for each in arguments)
    yield from tqdm(results, total=len(arguments), desc=description, unit=" snapshots")
