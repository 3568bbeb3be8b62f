"""How long whoever works on inputs waits for them."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Input = TypeVar("Input")


class TimedInputs(Iterator[Input]):
    """Passes inputs on, and knows which share of its time was waited for them."""

    def __init__(self, inputs: Iterable[Input]):
        """Time counts from now on."""
        self._inputs, self._waited, self._started = iter(inputs), 0.0, time.monotonic()

    def __next__(self) -> Input:
        asked = time.monotonic()
        given = next(self._inputs)
        self._waited += time.monotonic() - asked
        return given

    @property
    def waiting(self) -> float:
        """Share of the time so far that was waited, in 0…1."""
        passed = time.monotonic() - self._started
        return self._waited / passed if passed else 0.0
