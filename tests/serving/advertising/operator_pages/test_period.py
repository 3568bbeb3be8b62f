"""Days of a report on the wall clock of its zone."""

import datetime
from itertools import pairwise

import pytest

from serving.advertising.operator_pages.period import Choice, last_days

HOUR = 3600.0


def choice(first, last, **fields):
    return Choice.model_validate({"from": first, "to": last, **fields})


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25)]
)
def test_days_over_both_changes_of_clocks(day, hours):
    start, end = choice(day, day).edges("Europe/Berlin")
    assert (end - start) / HOUR == hours
    by_hour = choice(day, day, by="hour").edges("Europe/Berlin")
    assert len(by_hour) == hours + 1
    assert (by_hour[0], by_hour[-1]) == (start, end)


def test_spans_follow_one_another():
    edges = choice("2026-10-24", "2026-10-26").edges("Europe/Berlin")
    assert [(end - start) / HOUR for start, end in pairwise(edges)] == [24, 25, 24]


def test_the_last_seven_days_are_those_of_the_zone():
    late = datetime.datetime(2026, 6, 1, 23, 30, tzinfo=datetime.UTC).timestamp()
    chosen = last_days(late, "Asia/Tokyo")
    assert (chosen.first, chosen.last) == (datetime.date(2026, 5, 27), datetime.date(2026, 6, 2))
    assert chosen.days == 7


def test_a_choice_is_the_same_after_an_address():
    chosen = choice("2026-06-01", "2026-06-02", by="hour", campaign="prams")
    assert Choice.model_validate(chosen.query()) == chosen
