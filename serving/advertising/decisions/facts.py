"""What is known when a decision is made, beside the passengers."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Literal


@dataclasses.dataclass(frozen=True)
class Lift:
    """A lift, as rules see it.

    Attributes:
      name: Its name, by which it is addressed.
      group: The group it belongs to; empty for none.
      tags: Its tags.
      timezone: IANA name of its time zone; None for that of the schema.
    """

    name: str
    group: str = ""
    tags: tuple[str, ...] = ()
    timezone: str | None = None


@dataclasses.dataclass(frozen=True)
class Creative:
    """What can be shown.

    Attributes:
      name: Name, by which a schema calls it.
      sha256: Hash of its bytes, hexadecimal.
      kind: Whether it is an image or a video.
      media_type: MIME type.
      seconds: How long it is shown.
      bytes: Size.
      approved: Whether somebody has approved it.
    """

    name: str
    sha256: str
    kind: Literal["image", "video"]
    media_type: str
    seconds: float
    bytes: int
    approved: bool = True


@dataclasses.dataclass(frozen=True)
class Override:
    """An emergency override, the only thing that may cut off what plays.

    Attributes:
      id: UUID.
      lift, group: Whose screens; all, where both are None.
      text, creative: What they show, one of the two.
      started_at, ends_at: Seconds since the epoch.
      started_by: Operator.
    """

    id: str
    lift: str | None
    group: str | None
    text: str | None
    creative: str | None
    started_at: float
    ends_at: float
    started_by: str

    def concerns(self, lift: Lift) -> bool:
        """Whether a lift's screens show it."""
        if self.lift is not None:
            return self.lift == lift.name
        return self.group is None or self.group == lift.group


@dataclasses.dataclass(frozen=True)
class PastPlay:
    """A play that began, or a decision that waits to begin, in the same lift.

    Attributes:
      decision_id: UUID of the decision.
      campaign: Whose it is.
      began: Seconds since the epoch; of what waits, when it was decided.
    """

    decision_id: str
    campaign: str
    began: float


@dataclasses.dataclass(frozen=True)
class Facts:
    """All that eligibility depends on, beside rules and passengers.

    Attributes:
      now: Seconds since the epoch.
      lift: Whose screen it is.
      creatives: Those that are there, by name.
      attributes: Attributes that the served model has.
      history: Plays in this lift as far back as caps and separation look.
      exhausted: Campaigns whose budget allows no play now.
    """

    now: float
    lift: Lift
    creatives: Mapping[str, Creative]
    attributes: frozenset[str]
    history: Sequence[PastPlay] = ()
    exhausted: frozenset[str] = frozenset()
