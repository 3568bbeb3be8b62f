"""Dates and day parts on the wall clock, over both changes of it, by hand."""

import datetime
import json
import zoneinfo

import pytest

from serving.advertising.decisions.eligibility import play_checks
from serving.advertising.decisions.facts import Facts, Lift
from serving.advertising.rules.calendar import Dates, DayPart, active_seconds, local_time
from serving.advertising.rules.policy import Policy
from serving.advertising.rules.reading import read_rules

BERLIN, NEW_YORK, KOLKATA = "Europe/Berlin", "America/New_York", "Asia/Kolkata"
HALF_PAST_ONE = {"from": "01:15", "to": "01:45"}
HALF_PAST_TWO = {"from": "02:15", "to": "02:45"}

ADVENT = {"from": "2026-12-01", "to": "2026-12-24"}


def part(**fields):
    return DayPart.model_validate(fields)


def utc(text):
    """Seconds since the epoch of a time in UTC."""
    return datetime.datetime.fromisoformat(f"{text}+00:00").timestamp()


def minutes_within(day_part, timezone, start, hours):
    """The UTC times, minute by minute from a start on, that lie in a day part."""
    times = [utc(start) + 60 * minute for minute in range(60 * hours)]
    return [
        f"{datetime.datetime.fromtimestamp(time, datetime.UTC):%H:%M}"
        for time in times
        if day_part.contains(local_time(time, timezone))
    ]


def span(start, number):
    """Minutes in turn from a time of day on."""
    hour, minute = map(int, start.split(":"))
    total = [60 * hour + minute + step for step in range(number)]
    return [f"{time // 60 % 24:02d}:{time % 60:02d}" for time in total]


@pytest.mark.parametrize(
    ("timezone", "fields", "start", "minutes"),
    [
        # In Berlin clocks change at 01:00 UTC: 02:00 becomes 03:00, and 03:00 becomes 02:00.
        (BERLIN, HALF_PAST_TWO, "2026-03-28T12:00", []),
        (BERLIN, HALF_PAST_TWO, "2026-03-29T12:00", span("00:15", 30)),
        (BERLIN, HALF_PAST_TWO, "2026-10-24T12:00", span("00:15", 30) + span("01:15", 30)),
        (BERLIN, HALF_PAST_TWO, "2026-10-25T12:00", span("01:15", 30)),
        # In New York at 07:00 UTC, 02:00 becomes 03:00; at 06:00 UTC, 02:00 becomes 01:00.
        (NEW_YORK, HALF_PAST_TWO, "2026-03-07T20:00", []),
        (NEW_YORK, HALF_PAST_TWO, "2026-03-08T20:00", span("06:15", 30)),
        (NEW_YORK, HALF_PAST_ONE, "2026-10-31T20:00", span("05:15", 30) + span("06:15", 30)),
        (NEW_YORK, HALF_PAST_TWO, "2026-10-31T20:00", span("07:15", 30)),
    ],
)
def test_what_does_not_happen_in_spring_happens_twice_in_autumn(timezone, fields, start, minutes):
    assert minutes_within(part(**fields), timezone, start, 24) == minutes


@pytest.mark.parametrize(
    ("timezone", "day", "parts", "hours"),
    [
        (BERLIN, "2026-06-01", [], 24),
        (BERLIN, "2026-03-29", [], 23),
        (BERLIN, "2026-10-25", [], 25),
        (NEW_YORK, "2026-03-08", [], 23),
        (NEW_YORK, "2026-11-01", [], 25),
        (BERLIN, "2026-03-29", [HALF_PAST_TWO], 0),
        (BERLIN, "2026-03-30", [HALF_PAST_TWO], 0.5),
        (BERLIN, "2026-10-25", [HALF_PAST_TWO], 1),
        (BERLIN, "2026-10-25", [{}], 25),
        (BERLIN, "2026-03-29", [{"from": "01:00", "to": "05:00"}], 3),
        (BERLIN, "2026-10-25", [{"from": "01:00", "to": "05:00"}], 5),
        (NEW_YORK, "2026-11-01", [{"from": "00:30", "to": "01:30"}], 1.5),
        (KOLKATA, "2026-06-01", [{"from": "07:30", "to": "09:00"}], 1.5),
        ("Asia/Kathmandu", "2026-06-01", [{"from": "23:45"}], 0.25),
        ("Australia/Lord_Howe", "2026-04-05", [], 24.5),  # half an hour
        ("Australia/Lord_Howe", "2026-10-04", [{"from": "01:00", "to": "03:00"}], 1.5),
        ("Africa/Cairo", "2026-04-24", [], 23),  # at midnight, 00:00 is not there
        ("Africa/Cairo", "2026-04-24", [{"from": "00:00", "to": "02:00"}], 1),
        # A Monday; what began on Sunday evening lasts into it.
        (BERLIN, "2026-06-01", [{"days": ["sun"], "from": "22:00", "to": "06:00"}], 6),
        (BERLIN, "2026-06-01", [{"days": ["mon"], "from": "22:00", "to": "06:00"}], 2),
        (BERLIN, "2026-06-01", [{"from": "22:00", "to": "06:00"}], 8),
        (BERLIN, "2026-06-01", [{"days": ["tue"]}], 0),
        # Parts that overlap count once.
        (BERLIN, "2026-06-01", [{"from": "06:00", "to": "09:00"}, {"from": "08:00"}], 18),
        (BERLIN, "2026-10-25", [{"from": "01:00", "to": "03:00"}, {"from": "02:00"}], 24),
    ],
)
def test_the_hours_of_a_day_in_which_a_campaign_may_play(timezone, day, parts, hours):
    parts = [part(**fields) for fields in parts]
    date = datetime.date.fromisoformat(day)
    assert active_seconds(date, parts, timezone) == hours * 3600


@pytest.mark.parametrize("timezone", [BERLIN, NEW_YORK, KOLKATA, "Africa/Cairo"])
def test_the_seconds_of_a_year_are_those_of_its_quarters_of_an_hour(timezone):
    night = part(**{"from": "23:30", "to": "02:30", "days": ["sat", "thu"]})
    days = [datetime.date(2026, 1, 1) + datetime.timedelta(day) for day in range(365)]
    zone = zoneinfo.ZoneInfo(timezone)
    start = datetime.datetime(2026, 1, 1, tzinfo=zone).timestamp()
    end = datetime.datetime(2027, 1, 1, tzinfo=zone).timestamp()
    quarters = range(int(start), int(end), 900)
    within = sum(night.contains(local_time(time, timezone)) for time in quarters)
    assert sum(active_seconds(day, [night], timezone) for day in days) == 900 * within


@pytest.mark.parametrize(
    ("fields", "weekday_and_time", "within"),
    [
        ({"from": "09:00", "to": "17:00"}, "2026-06-01T09:00", True),
        ({"from": "09:00", "to": "17:00"}, "2026-06-01T08:59:59.9", False),
        ({"from": "09:00", "to": "17:00"}, "2026-06-01T16:59:59", True),
        ({"from": "09:00", "to": "17:00"}, "2026-06-01T17:00", False),
        ({"from": "09:00", "to": "24:00"}, "2026-06-01T23:59:59", True),
        ({"from": "09:00", "to": "24:00"}, "2026-06-02T00:00", False),
        ({"from": "09:00"}, "2026-06-01T23:59", True),
        ({"to": "09:00"}, "2026-06-01T00:00", True),
        ({"from": "22:00", "to": "00:00"}, "2026-06-01T23:59", True),
        ({"from": "22:00", "to": "00:00"}, "2026-06-02T00:00", False),
        # Days are those on which it begins: Friday night lasts into Saturday.
        ({"days": ["fri"], "from": "22:00", "to": "06:00"}, "2026-06-05T22:00", True),
        ({"days": ["fri"], "from": "22:00", "to": "06:00"}, "2026-06-06T05:59", True),
        ({"days": ["fri"], "from": "22:00", "to": "06:00"}, "2026-06-06T06:00", False),
        ({"days": ["fri"], "from": "22:00", "to": "06:00"}, "2026-06-06T22:00", False),
        ({"days": ["fri"], "from": "22:00", "to": "06:00"}, "2026-06-05T05:00", False),
        ({"days": ["sun"], "from": "22:00", "to": "06:00"}, "2026-06-08T05:00", True),
        ({"days": ["mon"]}, "2026-06-01T12:00", True),
        ({"days": ["tue", "sun"]}, "2026-06-01T12:00", False),
    ],
)
def test_a_day_part_by_hand(fields, weekday_and_time, within):
    assert part(**fields).contains(datetime.datetime.fromisoformat(weekday_and_time)) is within


@pytest.mark.parametrize(
    ("fields", "day", "within"),
    [
        (ADVENT, "2026-12-01", True),
        (ADVENT, "2026-12-24", True),
        (ADVENT, "2026-11-30", False),
        (ADVENT, "2026-12-25", False),
        ({"from": "2026-12-01"}, "2199-12-31", True),
        ({"from": "2026-12-01"}, "2026-11-30", False),
        ({"to": "2026-12-24"}, "2000-01-01", True),
        ({"to": "2026-12-24"}, "2026-12-25", False),
        ({"from": "2026-12-24", "to": "2026-12-24"}, "2026-12-24", True),
        ({}, "2026-12-24", True),
    ],
)
def test_dates_are_inclusive(fields, day, within):
    dates = Dates.model_validate(fields)
    assert dates.contains(datetime.date.fromisoformat(day)) is within


@pytest.mark.parametrize(
    ("timezone", "time", "plays"),
    [
        # 24 December begins on 23 December, 10:00 UTC, in Kiritimati (UTC+14) …
        ("Pacific/Kiritimati", "2026-12-23T09:59:59", False),
        ("Pacific/Kiritimati", "2026-12-23T10:00", True),
        ("Pacific/Kiritimati", "2026-12-24T09:59:59", True),
        ("Pacific/Kiritimati", "2026-12-24T10:00", False),
        # … and ends on 25 December, 11:00 UTC, in Pago Pago (UTC-11); of itself a lift has none.
        ("Pacific/Pago_Pago", "2026-12-25T10:59:59", True),
        ("Pacific/Pago_Pago", "2026-12-25T11:00", False),
        (None, "2026-12-23T18:30", True),  # the schema's, Kolkata: UTC+5:30
        (None, "2026-12-23T18:29:59", False),
    ],
)
def test_dates_and_day_parts_are_those_of_the_lift_itself(timezone, time, plays):
    campaign = {
        "creatives": ["x"],
        "dates": {"from": "2026-12-24", "to": "2026-12-24"},
        "day_parts": [{"days": ["thu"]}],
    }
    text = {"timezone": KOLKATA, "default_playlist": ["x"], "campaigns": {"a": campaign}}
    schema = read_rules(json.dumps(text), Policy(sensitive=())).schema
    facts = Facts(utc(time), Lift("lift-1", timezone=timezone), {}, frozenset())
    checks = {check.name: check for check in play_checks(schema, "a", facts)}
    assert checks["dates"].passes is checks["day parts"].passes is plays
