"""The days that a report is of, and the spans of time that it is cut into."""

import datetime
import zoneinfo
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from serving.advertising.operator_pages.forms import OrNone
from serving.advertising.rules.calendar import local_time
from serving.advertising.rules.schema import Name
from serving.advertising.store.reports import Period

_HOUR = 3600
_MOST_DAYS = 366
_MOST_DAYS_BY_HOUR = 14
_FIRST_DAYS = 7


class Choice(BaseModel):
    """What an operator chose to see.

    Attributes:
      first, last: Days, both inclusive; written `from` and `to`.
      by: Whether each span is a day or an hour.
      campaign: Name of a campaign; None for all.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    first: Annotated[datetime.date, Field(alias="from")]
    last: Annotated[datetime.date, Field(alias="to")]
    by: Literal["day", "hour"] = "day"
    campaign: Annotated[Name | None, OrNone] = None

    @model_validator(mode="after")
    def _bearable(self) -> Self:
        if self.first > self.last:
            raise PydanticCustomError("days", "the first day is after the last")
        most = _MOST_DAYS if self.by == "day" else _MOST_DAYS_BY_HOUR
        if self.days > most:
            raise PydanticCustomError(
                "days", "choose at most {most} days by {by}", {"most": most, "by": self.by}
            )
        return self

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1

    def edges(self, timezone: str) -> list[float]:
        """Where each span begins, and the last ends, in seconds since the epoch.

        Days begin at midnight in the time zone and may have 23 or 25 hours.
        """
        midnights = [
            _midnight(self.first + datetime.timedelta(day), timezone)
            for day in range(self.days + 1)
        ]
        if self.by == "day":
            return midnights
        hours = int(midnights[-1] - midnights[0]) // _HOUR
        return [midnights[0] + _HOUR * hour for hour in range(hours + 1)]

    def period(self, timezone: str) -> Period:
        """All of it."""
        edges = self.edges(timezone)
        return Period(edges[0], edges[-1], self.campaign)

    def query(self) -> dict[str, Any]:
        """As parameters of an address."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def last_days(now: float, timezone: str) -> Choice:
    """The last seven days, today among them."""
    today = local_time(now, timezone).date()
    return Choice(first=today - datetime.timedelta(_FIRST_DAYS - 1), last=today)


def _midnight(day: datetime.date, timezone: str) -> float:
    zone = zoneinfo.ZoneInfo(timezone)
    return datetime.datetime.combine(day, datetime.time(), zone).timestamp()
