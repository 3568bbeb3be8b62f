"""How long to wait after failures in a row."""

import random


class Backoff:
    """Exponential with full jitter: anything from 0 to a ceiling that doubles with each failure."""

    def __init__(self, seed: str, *, first: float = 1.0, longest: float = 60.0):
        """Starts without a failure.

        Args:
          seed: Seed of the jitter; another for each lift, or all would return at once.
          first: Ceiling after one failure, in seconds.
          longest: Greatest ceiling, in seconds.
        """
        self._random = random.Random(seed)
        self._first = first
        self._longest = longest
        self.reset()

    def reset(self) -> None:
        """Forgets the failures: something went well."""
        self._ceiling = self._first

    def wait(self) -> float:
        """Seconds to wait after one more failure."""
        seconds = self._random.uniform(0, self._ceiling)
        self._ceiling = min(2 * self._ceiling, self._longest)
        return seconds
