"""What was seen in each lift last, in memory alone, until the next snapshot or a short time."""

import dataclasses
from collections.abc import Callable

from serving.advertising.decisions.lift_state import Decision
from serving.advertising.rules.conditions import Person


@dataclasses.dataclass(frozen=True)
class LastLook:
    """What a gateway made of a lift's last snapshot.

    Attributes:
      at: When, in seconds since the epoch.
      people: Everybody there, with scores.
      attributes: Those that the served model has.
      waiting: Decision that waits then.
    """

    at: float
    people: tuple[Person, ...]
    attributes: frozenset[str]
    waiting: Decision | None


class LiveView:
    """The last look of each lift, forgotten after some seconds."""

    def __init__(self, clock: Callable[[], float]):
        self._clock = clock
        self._looks: dict[str, LastLook] = {}

    def keep(self, lift: str, look: LastLook) -> None:
        """Takes the place of the look before."""
        self._looks[lift] = look

    def look(self, lift: str, seconds: float) -> LastLook | None:
        """A lift's last look, if it is younger than some seconds."""
        self.forget_older(seconds)
        return self._looks.get(lift)

    def forget_older(self, seconds: float) -> None:
        """Forgets what is older than some seconds."""
        oldest = self._clock() - seconds
        self._looks = {lift: look for lift, look in self._looks.items() if look.at >= oldest}

    def forget(self, lift: str) -> None:
        """Forgets a lift's last look."""
        self._looks.pop(lift, None)
