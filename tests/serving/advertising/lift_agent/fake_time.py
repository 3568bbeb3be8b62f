"""Time that passes only by waiting."""

from collections.abc import Callable


class FakeTime:
    """A monotonic clock, and a stop whose waits move it.

    `at` runs things at moments that a wait passes.
    """

    def __init__(self, now: float = 100.0):
        self.now = now
        self.waits: list[float] = []
        self.stopped = False
        self._planned: list[tuple[float, Callable[[], object]]] = []

    def __call__(self) -> float:
        return self.now

    def at(self, moment: float, do: Callable[[], object]) -> None:
        self._planned.append((moment, do))
        self._planned.sort(key=lambda planned: planned[0])

    def stop(self) -> None:
        self.stopped = True

    def is_set(self) -> bool:
        return self.stopped

    def wait(self, timeout: float) -> bool:
        self.waits.append(timeout)
        end = self.now + timeout
        while not self.stopped and self._planned and self._planned[0][0] <= end:
            self.now, do = self._planned.pop(0)
            do()
        if not self.stopped:
            self.now = end
        return self.stopped
