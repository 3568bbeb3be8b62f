"""Durations, times of day and dates, as people write them in a schema."""

import datetime
import re
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)")
_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
_DATE = re.compile(r"2[01]\d\d-\d\d-\d\d")
DAY_MINUTES = 24 * 60


def _seconds(value: object) -> object:
    if isinstance(value, str):
        match = _DURATION.fullmatch(value.strip())
        if not match:
            raise PydanticCustomError(
                "duration", "{value} is no duration; write 30s, 10m, 2h or 1d", {"value": value}
            )
        return float(match[1]) * _UNITS[match[2]]
    return value


def _time_of_day(value: object) -> object:
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else DAY_MINUTES + 1
    if minutes > DAY_MINUTES:
        raise PydanticCustomError(
            "time_of_day", '{value} is no time of day; write "07:30", or "24:00"', {"value": value}
        )
    return minutes


def _date(value: object) -> object:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return datetime.date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError(
        "date",
        "{value} is no date from 2000 to 2199; write 2026-12-24, or leave it out for no limit",
        {"value": value},
    )


Seconds = Annotated[float, BeforeValidator(_seconds), Field(allow_inf_nan=False)]
"""A duration in seconds; `30s`, `10m`, `2h`, `1d` or a number of seconds."""

MinuteOfDay = Annotated[int, BeforeValidator(_time_of_day)]
"""Minutes since midnight, 0 to 1440; written `"07:30"`."""

Date = Annotated[datetime.date, BeforeValidator(_date)]
"""A day from 2000 to 2199; written `2026-12-24`."""
