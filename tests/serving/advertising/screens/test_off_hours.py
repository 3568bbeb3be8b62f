"""Black hours, by the clock of the lift's time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

CONTAINS = """async ([offHours, times]) => {
  const { OffHours } = await import("/screen/off_hours.js");
  const hours = new OffHours(offHours);
  return times.map((time) => hours.contains(time));
}"""


@pytest.fixture
def are_off(blank):
    """Whether the screen is off at local times."""

    def are_off(intervals, times, timezone="Europe/Berlin"):
        zone = ZoneInfo(timezone)
        moments = [datetime.fromisoformat(time).replace(tzinfo=zone).timestamp() for time in times]
        off_hours = {"timezone": timezone, "intervals": intervals}
        return blank.evaluate(CONTAINS, [off_hours, [moment * 1000 for moment in moments]])

    return are_off


def test_an_interval_has_its_first_minute_and_not_its_last(are_off):
    times = [f"2026-05-04 {time}" for time in ("12:59:59", "13:00:00", "14:29:59", "14:30:00")]
    assert are_off([["13:00", "14:30"]], times) == [False, True, True, False]


def test_an_interval_may_span_midnight(are_off):
    times = [
        "2026-05-04 22:59:59",
        "2026-05-04 23:00:00",
        "2026-05-05 00:00:00",
        "2026-05-05 05:59:59",
        "2026-05-05 06:00:00",
    ]
    assert are_off([["23:00", "06:00"]], times) == [False, True, True, True, False]


def test_any_of_several_intervals_counts(are_off):
    intervals = [["00:00", "05:00"], ["22:00", "24:00"]]
    times = [f"2026-05-04 {time}" for time in ("00:00", "04:59", "05:00", "21:59", "23:59")]
    assert are_off(intervals, times) == [True, True, False, False, True]


def test_none_or_an_empty_interval_is_never(are_off):
    assert are_off([], ["2026-05-04 00:00"]) == [False]
    assert are_off([["06:00", "06:00"]], ["2026-05-04 06:00", "2026-05-04 12:00"]) == [False] * 2


def test_the_zone_is_the_lift_s_and_not_the_device_s(are_off):
    for timezone in ("Asia/Kolkata", "America/St_Johns", "Pacific/Auckland"):
        times = ["2026-05-04 22:59", "2026-05-04 23:00"]
        assert are_off([["23:00", "06:00"]], times, timezone) == [False, True]


def test_the_clock_s_changes_are_followed(blank):
    utc = ZoneInfo("UTC")
    times = ["2026-03-29 00:30", "2026-03-29 01:30", "2026-10-25 00:30", "2026-10-25 01:30"]
    moments = [datetime.fromisoformat(time).replace(tzinfo=utc).timestamp() for time in times]
    # 01:30, then 03:30 as two o'clock is left out; 02:30, then 02:30 once more.
    off_hours = {"timezone": "Europe/Berlin", "intervals": [["02:00", "03:00"]]}
    answers = blank.evaluate(CONTAINS, [off_hours, [moment * 1000 for moment in moments]])
    assert answers == [False, False, True, True]


def test_an_unknown_zone_leaves_the_screen_on_and_says_so(blank):
    log = []
    blank.on("console", lambda message: log.append(message.text))
    off_hours = {"timezone": "Moon/Tycho", "intervals": [["00:00", "24:00"]]}
    assert blank.evaluate(CONTAINS, [off_hours, [0]]) == [False]
    assert "This browser knows no time zone Moon/Tycho: the screen has no off hours." in log
