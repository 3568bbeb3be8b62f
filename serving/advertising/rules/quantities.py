"""Durations and times of day, as people write them in a schema."""

import re
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
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


def _minutes(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):  # YAML 1.1 reads 07:30 so
        return f"{value // 60:02d}:{value % 60:02d}" if 0 <= value <= DAY_MINUTES else str(value)
    return value


def _time_of_day(value: object) -> object:
    value = _minutes(value)
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else DAY_MINUTES + 1
    if minutes > DAY_MINUTES:
        raise PydanticCustomError(
            "time_of_day", '{value} is no time of day; write "07:30", or "24:00"', {"value": value}
        )
    return minutes


Seconds = Annotated[float, BeforeValidator(_seconds)]
"""A duration in seconds; `30s`, `10m`, `2h`, `1d` or a number of seconds."""

MinuteOfDay = Annotated[int, BeforeValidator(_time_of_day)]
"""Minutes since midnight, 0 to 1440; written `"07:30"`."""
