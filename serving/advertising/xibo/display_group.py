"""What the players of one display group were told, and what they are to be told next."""

import dataclasses
import math
from collections.abc import Iterable, Mapping

from serving.advertising.xibo.criteria import Criterion
from serving.advertising.xibo.settings import XiboSettings

_ABSENT = (None, "", "0")
_NONE = "none"


@dataclasses.dataclass(frozen=True)
class _Told:
    """What players were told last; a value of None where it is not known whether that arrived."""

    value: str | None
    at: float


class DisplayGroup:
    """Decides when to send which criteria; times are seconds on one clock."""

    def __init__(self, settings: XiboSettings):
        """Starts with nothing wanted and nothing told."""
        self._settings = settings
        self._wanted: dict[str, str] = {}
        self._wanted_at = -math.inf
        self._told: dict[str, _Told] = {}
        self._next_at = -math.inf

    def want(self, values: Mapping[str, str | None], now: float) -> None:
        """Takes what is seen now in place of all that was seen before.

        What is seen counts for `ttl` seconds and is then no longer sent: a lift whose camera is
        lost comes to an end by itself.

        Args:
          values: Values by metric; None, `0` or an empty one, or none at all, if it has gone.
          now: Current time.

        Raises:
          GraftNetError: the CMS would not take a metric or a value; nothing has changed then.
        """
        wanted = {metric: value for metric, value in values.items() if value not in _ABSENT}
        if self._settings.absent == "none":
            gone = dict.fromkeys(self._told.keys() | values.keys(), _NONE)
            wanted = gone | wanted
        for metric, value in wanted.items():
            Criterion(metric, value)
        self._wanted, self._wanted_at = wanted, now

    def due_at(self, now: float) -> float | None:
        """When a request is to be made; None if there is nothing to say.

        The longer ago that is, the longer the group has been waiting for its turn.
        """
        due = max(min(map(self._metric_due_at, self._wanted), default=math.inf), self._next_at)
        expires = self._wanted_at + self._settings.ttl
        return due if max(due, now) < expires else None

    def criteria(self, now: float) -> list[Criterion]:
        """What a request made now tells: changes, and values whose TTL is half over."""
        return [
            Criterion(metric, value)
            for metric, value in self._wanted.items()
            if self._metric_due_at(metric) <= now
        ]

    def told(self, criteria: Iterable[Criterion], now: float) -> None:
        """The CMS has taken a request."""
        self._told |= {it.metric: _Told(it.value, now) for it in criteria}
        self._next_at = now + self._settings.min_seconds

    def failed(self, criteria: Iterable[Criterion], now: float, wait: float) -> None:
        """A request has failed, and may have arrived; the next is to wait for some seconds."""
        self._told |= {it.metric: _Told(None, now) for it in criteria}
        self._next_at = now + max(wait, self._settings.min_seconds)

    def _metric_due_at(self, metric: str) -> float:
        told = self._told.get(metric)
        wanted = self._wanted[metric]
        if told is None or told.value != wanted:
            return -math.inf
        return math.inf if wanted == _NONE else told.at + self._settings.ttl / 2
