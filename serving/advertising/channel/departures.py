"""Screens whose connection broke off, and which may yet turn out to be back."""

from collections.abc import Callable
from typing import NamedTuple


class Departure(NamedTuple):
    """A session whose connection broke off.

    Attributes:
      screen: The screen.
      session: UUID of the page.
      at: When, in seconds since the epoch.
    """

    screen: str
    session: str
    at: float


class Departures:
    """Holds departures for a while, so that a takeover is told from a loss.

    A broker sends the last will of a connection that a new one of the same client takes the place
    of; the new one says that it is online right after.
    """

    def __init__(self, grace: float, clock: Callable[[], float]):
        """Starts with nobody.

        Args:
          grace: Seconds in which a screen may come back.
          clock: Seconds since the epoch.
        """
        self._grace, self._clock = grace, clock
        self._held: dict[str, Departure] = {}

    def leave(self, screen: str, session: str) -> None:
        """Takes notice of a last will."""
        self._held[screen] = Departure(screen, session, self._clock())

    def come_back(self, screen: str) -> None:
        """Takes notice of a new connection."""
        self._held.pop(screen, None)

    def forget(self) -> None:
        """Drops all of them: who comes back cannot be heard now."""
        self._held.clear()

    def take_due(self) -> list[Departure]:
        """Those that nobody came back from in time, once."""
        latest = self._clock() - self._grace
        due = [departure for departure in self._held.values() if departure.at <= latest]
        for departure in due:
            del self._held[departure.screen]
        return due
