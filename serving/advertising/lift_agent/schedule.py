"""When the next snapshot is due."""

from serving.advertising.backoff import Backoff
from serving.advertising.lift_agent.upload import Kind, Outcome

REFUSED_WAIT = 60.0  # seconds; the token may have been rotated by then


class Schedule:
    """Says when to upload: something happened, or nothing has for long, and all waits are over.

    What happens during a wait is remembered as the fact that something did; the snapshot is
    taken when it is sent.
    """

    def __init__(self, min_interval: float, max_interval: float, backoff: Backoff):
        """A first snapshot is due at once.

        Args:
          min_interval: Least seconds from one attempt to the next.
          max_interval: Seconds after which a snapshot is due although nothing happened.
          backoff: How long to wait after a failure.
        """
        self._min_interval = min_interval
        self._max_interval = max_interval
        self._backoff = backoff
        self._wanted = True
        self._earliest = self._latest = float("-inf")

    def want(self) -> None:
        """Something moved, or the door has signalled."""
        self._wanted = True

    def due(self, now: float) -> bool:
        """Whether to upload now, in seconds of a monotonic clock."""
        return now >= self._earliest and (self._wanted or now >= self._latest)

    def attempted(self, outcome: Outcome, started: float, ended: float) -> None:
        """Plans the next attempt.

        Args:
          outcome: What came of this one.
          started: When it began, in seconds of a monotonic clock.
          ended: When it was over.
        """
        self._earliest = max(started + self._min_interval, ended + self._wait(outcome))
        if outcome.kind in (Kind.TAKEN, Kind.DROPPED):
            self._wanted = False
            self._latest = started + self._max_interval

    def _wait(self, outcome: Outcome) -> float:
        match outcome.kind:
            case Kind.REFUSED:
                return REFUSED_WAIT
            case Kind.BUSY | Kind.FAILED:
                # The jitter comes on top of what the gateway asks of all lifts at once.
                return outcome.wait + self._backoff.wait()
            case Kind.TAKEN | Kind.DROPPED:
                self._backoff.reset()
                return outcome.wait
