"""Who is in a lift: people arrive at random and stay for a while."""

import random


class Traffic:
    """Poisson arrivals with exponential stays, the queue M/M/∞ of Kendall's notation."""

    def __init__(self, per_hour: float, stay: float, seed: str):
        """Begins with the number of people that is usual.

        Args:
          per_hour: Arrivals in an hour, on average.
          stay: Seconds that a passenger stays, on average.
          seed: Seed of this lift.
        """
        self._rate, self._stay = per_hour / 3600.0, stay
        self._random = random.Random(seed)
        usual = self._rate * stay
        self._now = 0.0
        self._leave = [self._draw_stay() for _ in range(self._poisson(usual))]
        self._next = self._draw_arrival()

    def present(self, now: float) -> int:
        """How many people are there at a time, in seconds from the start; times must not fall."""
        while self._next <= now:
            self._now = self._next
            self._leave.append(self._now + self._draw_stay())
            self._next = self._now + self._draw_arrival()
        self._now = now
        self._leave = [leave for leave in self._leave if leave > now]
        return len(self._leave)

    def _draw_stay(self) -> float:
        return self._random.expovariate(1.0 / self._stay)

    def _draw_arrival(self) -> float:
        return self._random.expovariate(self._rate) if self._rate > 0 else float("inf")

    def _poisson(self, mean: float) -> int:
        """A Poisson number: arrivals of rate 1 within `mean`."""
        number, time = 0, self._random.expovariate(1.0)
        while time < mean:
            number, time = number + 1, time + self._random.expovariate(1.0)
        return number
