"""How a run is told to end."""

from typing import Protocol


class Stop(Protocol):
    """What `threading.Event` is to those who only heed it."""

    def is_set(self) -> bool:
        """Whether the run is to end."""

    def wait(self, timeout: float) -> bool:
        """Waits so many seconds, or until the run is to end; returns whether it is."""
