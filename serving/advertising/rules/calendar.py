"""When a campaign may play: dates and day parts on the wall clock of the lift.

An instant is turned into local time, never the other way round: over a change to summer time a
day part from 02:00 to 03:00 does not happen, over the change back it happens twice.
"""

import datetime
import functools
import zoneinfo
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from serving.advertising.rules.quantities import DAY_MINUTES, Date, MinuteOfDay

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Interval(BaseModel):
    """A part of every day; one that ends before it begins ends the day after.

    Attributes:
      from_: When it begins; written `from`.
      to: When it ends, exclusive.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_: Annotated[MinuteOfDay, Field(alias="from")] = 0
    to: MinuteOfDay = DAY_MINUTES

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.from_ == self.to:
            raise PydanticCustomError(
                "interval", "from and to are the same time; leave both out for the whole day"
            )
        if self.from_ == DAY_MINUTES:
            raise PydanticCustomError("interval", 'no day is left from 24:00 on; write "00:00"')
        return self


class DayPart(Interval):
    """A part of some days of the week.

    Attributes:
      days: Days on which it begins; every day by default.
    """

    days: tuple[Day, ...] = DAYS

    def contains(self, local: datetime.datetime) -> bool:
        """Whether a local time lies in it."""
        return self._covers(local.weekday(), local.hour * 60 + local.minute)

    def minutes(self, weekday: int) -> set[int]:
        """The minutes, from midnight, that lie in it on a day; 0 is Monday."""
        return {minute for minute in range(DAY_MINUTES) if self._covers(weekday, minute)}

    def _covers(self, weekday: int, minute: int) -> bool:
        today = DAYS[weekday] in self.days
        if self.from_ < self.to:
            return today and self.from_ <= minute < self.to
        yesterday = DAYS[weekday - 1] in self.days
        return (today and minute >= self.from_) or (yesterday and minute < self.to)


class Dates(BaseModel):
    """The days of a campaign, both inclusive, in the lift's time zone.

    Attributes:
      from_, to: First and last day; `from_` is written `from`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_: Annotated[Date | None, Field(alias="from")] = None
    to: Date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.to and self.from_ > self.to:
            raise PydanticCustomError("dates", "from is after to: no day is left")
        return self

    def contains(self, day: datetime.date) -> bool:
        """Whether a day is one of them."""
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)


def _known_zone(value: object) -> object:
    try:
        return zoneinfo.ZoneInfo(str(value)).key
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise PydanticCustomError(
            "timezone",
            "{value} is no time zone; write one of IANA's names, such as Europe/Berlin",
            {"value": str(value)},
        ) from None


TimeZone = Annotated[str, BeforeValidator(_known_zone)]
"""Name of a time zone in IANA's database."""


def local_time(seconds: float, timezone: str) -> datetime.datetime:
    """The wall clock of a time zone at an instant, in seconds since the epoch."""
    return datetime.datetime.fromtimestamp(seconds, zoneinfo.ZoneInfo(timezone))


def active_seconds(day: datetime.date, parts: Sequence[DayPart], timezone: str) -> float:
    """Seconds of a local day that lie in any of the parts; the whole day without parts.

    The day has 23 or 25 hours where clocks change in it.
    """
    zone = zoneinfo.ZoneInfo(timezone)
    midnight = datetime.time(tzinfo=zone)
    start = datetime.datetime.combine(day, midnight).timestamp()
    end = datetime.datetime.combine(day + datetime.timedelta(1), midnight).timestamp()
    if not parts:
        return end - start
    if end - start == 60 * DAY_MINUTES:
        return _ordinary_seconds(day.weekday(), tuple(parts))
    minutes = range(int(end - start) // 60)
    local = (local_time(start + 60 * minute, timezone) for minute in minutes)
    return 60.0 * sum(any(part.contains(time) for part in parts) for time in local)


@functools.lru_cache(maxsize=1024)
def _ordinary_seconds(weekday: int, parts: tuple[DayPart, ...]) -> float:
    """Seconds in any of the parts of a day in which no clock changes."""
    return 60.0 * len(set().union(*(part.minutes(weekday) for part in parts)))
