"""What went wrong when a server looked for new versions."""

import threading
import time
from collections.abc import Collection
from typing import NamedTuple

_LONGEST_TEXT = 300


class PollError(NamedTuple):
    """One failed look.

    Attributes:
      text: What went wrong, one line.
      time: When, in seconds since 1970.
    """

    text: str
    time: float


class PollErrors:
    """Counts failed looks by model, and keeps the last error until a look succeeds.

    The name "" stands for what concerns no single model. Any number of threads may use it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._last: dict[str, PollError] = {}

    def failed(self, model: str, error: Exception) -> None:
        """A look failed."""
        text = " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST_TEXT]
        with self._lock:
            self._counts[model] = self._counts.get(model, 0) + 1
            self._last[model] = PollError(text, time.time())

    def succeeded(self, model: str) -> None:
        """A look succeeded."""
        with self._lock:
            self._last.pop(model, None)

    def forget_all_but(self, models: Collection[str]) -> None:
        """Other models are served no more."""
        with self._lock:
            for known in (self._counts, self._last):
                for model in known.keys() - {"", *models}:
                    del known[model]

    def counts(self) -> dict[str, int]:
        """Failed looks since the start, by model."""
        with self._lock:
            return dict(self._counts)

    def last(self) -> dict[str, PollError]:
        """The error of each model whose last look failed."""
        with self._lock:
            return dict(self._last)
