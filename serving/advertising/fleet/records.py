"""What a simulation has seen: when snapshots left, and when what they decided arrived."""

import collections
import dataclasses
import math
from collections.abc import Sequence


@dataclasses.dataclass
class Records:
    """Filled by simulated lifts and screens; times are of one monotonic clock, in seconds.

    Attributes:
      answers: Snapshots by the status of their answer; 0 where there was none.
      upload_seconds: From upload to answer, of each snapshot that was looked at.
      uploaded: When the snapshot left that first told of a decision, by its UUID.
      arrived: When a screen first was told of a decision, by its UUID.
      events: States that screens received.
      reconnects: Streams that were opened again.
      played: UUIDs of complete plays that screens made.
      delivered: Those that the gateway has acknowledged.
    """

    answers: collections.Counter[int] = dataclasses.field(default_factory=collections.Counter)
    upload_seconds: list[float] = dataclasses.field(default_factory=list)
    uploaded: dict[str, float] = dataclasses.field(default_factory=dict)
    arrived: dict[str, float] = dataclasses.field(default_factory=dict)
    events: int = 0
    reconnects: int = 0
    played: set[str] = dataclasses.field(default_factory=set)
    delivered: set[str] = dataclasses.field(default_factory=set)

    def upload_to_screen(self) -> list[float]:
        """Seconds from the upload of a snapshot to the arrival of its decision."""
        both = self.uploaded.keys() & self.arrived.keys()
        return [self.arrived[decision] - self.uploaded[decision] for decision in both]


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of the values do not exceed (nearest rank); NaN without any."""
    if not values:
        return math.nan
    rank = max(1, math.ceil(percent / 100 * len(values)))
    return sorted(values)[rank - 1]
