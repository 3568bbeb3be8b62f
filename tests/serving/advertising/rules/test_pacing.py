"""How fast a budget is spent, by hand and over simulated days."""

import datetime
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.advertising.rules.pacing import Spending, period, refund, reserve
from serving.advertising.rules.policy import Policy
from serving.advertising.rules.reading import read_rules

DAY = 86_400
# A day of 96 plays: one in 900 s. Two of them may be caught up, and one is due at once.
QUARTERS = {"plays": 96, "catch_up": "30m"}


def campaign(budget, **fields):
    entry = {"creatives": ["x"], "budget": budget, **fields}
    schema = {"timezone": "UTC", "default_playlist": ["x"], "campaigns": {"a": entry}}
    return read_rules(json.dumps(schema), Policy(sensitive=())).schema.campaigns["a"]


def at(text, zone="+00:00"):
    """Seconds since the epoch of a time, in UTC unless another offset is given."""
    return datetime.datetime.fromisoformat(text + zone).timestamp()


MIDNIGHT = at("2026-06-01T00:00")


def plays(of, asked, *, cost=1.0, timezone="UTC"):
    """When a campaign may play that wants to at some times, in seconds from midnight."""
    played, spending = [], Spending()
    for time in asked:
        after = reserve(of, spending, cost, MIDNIGHT + time, timezone)
        if after is not None:
            spending = after
            played.append(time)
    return played


def test_a_budget_lasts_the_day_at_an_even_pace():
    played = plays(campaign(QUARTERS), range(0, DAY, 10))
    assert played[:6] == [0, 10, 20, 900, 1800, 2700]
    assert len(played) == 96
    for number, time in enumerate(played):
        assert abs(number - time / 900) <= 3


def test_plays_at_random_keep_the_pace_too():
    draw = random.Random(0)
    asked = sorted(draw.uniform(0, DAY) for _ in range(5000))
    played = plays(campaign({"plays": 300}), asked)  # one in 288 s
    for hour in range(1, 24):
        # 1800 s of pace are 6.25 plays.
        assert abs(sum(time < 3600 * hour for time in played) - 12.5 * hour) <= 1 + 6.25
    assert len(played) == 300


@pytest.mark.parametrize("gap_hours", [1, 6, 20])
def test_after_a_gap_no_more_is_caught_up_than_stated(gap_hours):
    before, resumed = range(0, 3600, 10), range((1 + gap_hours) * 3600, DAY, 10)
    played = plays(campaign(QUARTERS), [*before, *resumed])
    after = [time - resumed.start for time in played if time >= resumed.start]
    assert after[:5] == [0, 10, 20, 900, 1800]
    missed = gap_hours * 4 - 2
    assert len(played) == min(96, 96 + 2 - missed)


def test_a_longer_catch_up_catches_up_more():
    of = campaign({"plays": 96, "catch_up": "2h"})
    assert sum(time < 900 for time in plays(of, range(0, DAY, 10))) == 8 + 1


def test_as_soon_as_possible_is_not_paced():
    of = campaign({"plays": 5, "pacing": "asap"})
    assert plays(of, range(0, 100)) == [0, 1, 2, 3, 4]


def test_seconds_are_paced_as_seconds():
    # An hour a day: 30 s of it are a pace of 720 s; 600 s may be caught up.
    of = campaign({"seconds": "1h", "catch_up": "10m"})
    played = plays(of, range(0, DAY), cost=30.0)
    assert played[:4] == [0, 120, 840, 1560]
    assert len(played) == 120


def test_what_would_not_fit_is_refused_and_a_shorter_play_is_not():
    of = campaign({"seconds": 100, "pacing": "asap"})
    spending = reserve(of, Spending(), 70, MIDNIGHT, "UTC")
    assert reserve(of, spending, 30.5, MIDNIGHT, "UTC") is None
    assert reserve(of, spending, 30, MIDNIGHT, "UTC") == Spending(100, MIDNIGHT)


@pytest.mark.parametrize(
    ("budget", "fields", "time", "timezone", "seconds_each"),
    [
        ({"plays": 24}, {}, "2026-06-01T12:00", "Europe/Berlin", 3600),
        ({"plays": 23}, {}, "2026-03-29T12:00", "Europe/Berlin", 3600),
        ({"plays": 25}, {}, "2026-10-25T12:00", "Europe/Berlin", 3600),
        ({"plays": 10}, {"day_parts": [{"from": "07:00", "to": "09:00"}]}, "2026-06-01T07:00",
         "UTC", 720),
        # From 02:00 to 04:00 on three days, of which the second has no 02:00: 5 hours.
        (
            {"plays": 100, "per": "campaign"},
            {
                "dates": {"from": "2026-03-28", "to": "2026-03-30"},
                "day_parts": [{"from": "02:00", "to": "04:00"}],
            },
            "2026-03-28T02:30",
            "Europe/Berlin",
            180,
        ),
        (
            {"seconds": "1d", "per": "campaign"},
            {"dates": {"from": "2026-06-01", "to": "2026-06-10"}},
            "2026-06-05T02:30",
            "UTC",
            10,
        ),
    ],
)  # fmt: skip
def test_the_pace_is_over_the_hours_in_which_it_may_play(
    budget, fields, time, timezone, seconds_each
):
    now = at(time)
    spending = Spending(0, now)
    after = reserve(campaign(budget, **fields), spending, 1, now, timezone)
    assert after == Spending(1, now + seconds_each)


def test_a_campaign_for_centuries_is_paced_as_well():
    dates = {"from": "2000-01-01", "to": "2199-12-31"}
    parts = [{"days": ["mon"], "from": "12:00", "to": "13:00"}]
    of = campaign({"plays": 5218, "per": "campaign"}, dates=dates, day_parts=parts)
    # 200 years from a Saturday on have 73,049 days, 10,435 weeks and 4 days: 10,436 Mondays.
    after = reserve(of, Spending(0, MIDNIGHT), 1, MIDNIGHT, "UTC")
    assert after.pace_at - MIDNIGHT == 7200


def test_a_day_on_which_it_may_not_play_divides_by_no_zero():
    of = campaign({"plays": 6}, day_parts=[{"days": ["sun"]}])  # 1 June 2026 is a Monday
    assert reserve(of, Spending(0, MIDNIGHT), 1, MIDNIGHT, "UTC").pace_at == MIDNIGHT + 10


@pytest.mark.parametrize(
    ("per", "time", "timezone", "name"),
    [
        ("day", "2026-06-01T23:59:59", "UTC", "2026-06-01"),
        ("day", "2026-06-01T22:00:00", "Europe/Berlin", "2026-06-02"),
        ("day", "2026-06-02T03:59:59", "America/New_York", "2026-06-01"),
        ("campaign", "2026-06-01T12:00", "UTC", "campaign"),
    ],
)
def test_the_period_of_a_budget(per, time, timezone, name):
    budget = campaign({"plays": 1, "per": per, "pacing": "asap"}).budget
    assert period(budget, at(time), timezone) == name


_BUDGETS = st.sampled_from(
    [QUARTERS, {"plays": 7}, {"seconds": 300}, {"plays": 9, "pacing": "asap"},
     {"seconds": 95.5, "pacing": "asap"}]
)  # fmt: skip
_TIMES = st.lists(st.floats(0, DAY - 1), min_size=1, max_size=60).map(sorted)


@settings(deadline=None)
@given(_BUDGETS, _TIMES, st.randoms())
def test_whatever_happens_no_more_is_spent_than_the_budget(budget, times, draw):
    of, spending, taken = campaign(budget), Spending(), []
    for time in times:
        now = MIDNIGHT + time
        if taken and draw.random() < 0.3:
            cost, made_at = taken.pop(draw.randrange(len(taken)))
            spending = refund(of, spending, cost, made_at, "UTC")
        cost = of.budget.cost(draw.uniform(1, 40))
        after = reserve(of, spending, cost, now, "UTC")
        if after is not None:
            spending = after
            taken.append((cost, now))
        assert spending.spent == pytest.approx(sum(cost for cost, _ in taken))
        assert 0 <= spending.spent <= of.budget.amount


@settings(deadline=None)
@given(_BUDGETS, st.floats(0, 50), st.floats(-4000, 0), st.floats(1, 40))
def test_what_is_given_back_was_never_taken(budget, spent, behind, seconds):
    of = campaign(budget)
    now = MIDNIGHT + DAY / 2
    cost = of.budget.cost(seconds)
    before = Spending(min(spent, of.budget.amount), now + behind)
    after = reserve(of, before, cost, now, "UTC")
    if after is None:
        assert before.spent + cost > of.budget.amount
        return
    given_back = refund(of, after, cost, now, "UTC")
    assert given_back.spent == pytest.approx(before.spent)
    taken_again = refund(of, given_back, -cost, now, "UTC")
    assert (taken_again.spent, taken_again.pace_at) == pytest.approx((after.spent, after.pace_at))
    # And may be taken again at once, as before.
    assert reserve(of, given_back, cost, now, "UTC").pace_at == pytest.approx(after.pace_at)
