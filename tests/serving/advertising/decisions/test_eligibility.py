"""Each check of a campaign, and what it says."""

import dataclasses

import pytest

from serving.advertising.decisions.eligibility import (
    history_seconds,
    may_play,
    play_checks,
    playable,
    rule_checks,
    rule_met,
)
from serving.advertising.decisions.facts import Lift, PastPlay
from serving.advertising.rules.conditions import Person
from tests.serving.advertising.decisions.situations import NOON, creatives_of, facts_at, rules_of

TEN = creatives_of(a=10.0, b=10.0)
LIFT = Lift("lift-1", "east", ("vip", "new"))
SUIT = Person({"suit": 0.9}, {"suit": True})
PLAIN = Person({"suit": 0.1}, {"suit": False})


def rule_of(when, people, *, sensitive=(), attributes=("suit",)):
    """The checks of a rule as (name, passes, text)."""
    rules = rules_of({"a": {"when": when} if when else {}}, sensitive=sensitive)
    found = []
    for check in rule_checks(rules, "a", people, frozenset(attributes)):
        found.append((check.name, check.passes, check.text))
        if not check.passes:
            break
    assert rule_met(rules, "a", people, frozenset(attributes)) is (
        bool(people) and all(passes for _, passes, _ in found)
    )
    return found


POLICY = ("policy", True, "nothing that it asks for is refused")
ATTRIBUTES = ("attributes", True, "the served model has all it asks")


@pytest.mark.parametrize(
    ("when", "people", "last"),
    [
        (None, [PLAIN, PLAIN], ("condition", True, "anybody (2 there)")),
        (None, [], ("condition", False, "anybody (0 there)")),
        ({"someone": "suit"}, [SUIT], ("condition", True, "someone: suit (1 of 1)")),
        ({"everyone": "suit"}, [SUIT, PLAIN], ("condition", False, "everyone: suit (1 of 2)")),
    ],
)
def test_the_checks_of_a_rule(when, people, last):
    assert rule_of(when, people) == [POLICY, ATTRIBUTES, last]


def test_what_the_policy_refuses_is_asked_no_further():
    [(name, passes, text)] = rule_of({"someone": "suit"}, [SUIT], sensitive=("suit",))
    assert (name, passes) == ("policy", False)
    assert text.startswith("refused by policy: suit is sensitive")


def test_a_rule_for_what_the_model_no_longer_has_does_not_fire():
    when = {"any": [{"someone": "suit"}, {"someone": "hat"}, {"someone": "cap"}]}
    assert rule_of(when, [SUIT]) == [
        POLICY,
        ("attributes", False, "the served model has no cap, hat"),
    ]


def test_a_rule_that_came_into_force_after_the_model_was_asked_does_not_fire_yet():
    when = {"any": [{"someone": "suit"}, {"someone": "hat"}]}
    seen = Person({"suit": 0.9, "hat": 0.9}, {"suit": True, "hat": True})
    assert rule_of(when, [seen, SUIT], attributes=("suit", "hat")) == [
        POLICY,
        ("attributes", False, "this snapshot was not looked at for hat"),
    ]
    assert rule_of(when, [seen], attributes=("suit", "hat"))[-1][:2] == ("condition", True)


def play_of(campaign, *, creatives=TEN, lift=LIFT, **settings):
    """The check of each name as (passes, text), of campaign a beside b."""
    past = {name: settings.pop(name) for name in ("history", "exhausted") if name in settings}
    now = settings.pop("now", NOON)
    other = settings.pop("other", {})
    schema = rules_of({"a": campaign, "b": other}, **settings).schema
    facts = facts_at(now, creatives=creatives, lift=lift, **past)
    checks = {check.name: (check.passes, check.text) for check in play_checks(schema, "a", facts)}
    assert may_play(schema, "a", facts) is all(passes for passes, _ in checks.values())
    return checks


def plays(*entries):
    """Past plays from (campaign, seconds ago)."""
    return [PastPlay(str(n), name, NOON - ago) for n, (name, ago) in enumerate(entries)]


def test_all_checks_of_a_campaign_without_limits():
    assert play_of({}) == {
        "where": (True, "meant for this lift"),
        "dates": (True, "it plays on every day"),
        "day parts": (True, "it plays all day"),
        "creatives": (True, "a creative is approved"),
        "frequency cap": (True, "below its caps"),
        "separation": (True, "no competitor played just now"),
        "budget": (True, "its budget allows a play"),
    }


@pytest.mark.parametrize(
    ("where", "passes", "text"),
    [
        ({"lifts": ["lift-1"]}, True, "meant for this lift"),
        ({"lifts": ["lift-2", "lift-3"]}, False, "only for lifts lift-2, lift-3"),
        ({"groups": ["west", "east"]}, True, "meant for this lift"),
        ({"groups": ["west"]}, False, "only for groups west"),
        ({"tags": ["old", "new"]}, True, "meant for this lift"),
        ({"tags": ["old"], "lifts": ["x"]}, False, "only for lifts x and tags old"),
        ({"tags": ["vip"], "groups": ["west"]}, False, "only for groups west"),
        ({"tags": []}, True, "meant for this lift"),
    ],
)
def test_where(where, passes, text):
    assert play_of({"where": where})["where"] == (passes, text)


@pytest.mark.parametrize(
    ("fields", "name", "passes", "text"),
    [
        ({"dates": {"from": "2026-06-01"}}, "dates", True, "2026-06-01 is one of its days"),
        ({"dates": {"to": "2026-05-31"}}, "dates", False, "2026-06-01 is not one of its days"),
        (
            {"day_parts": [{"to": "06:00"}, {"from": "11:59"}]},
            "day parts",
            True,
            "Mon 12:00 in the lift is within its day parts",
        ),
        (
            {"day_parts": [{"days": ["tue"]}]},
            "day parts",
            False,
            "Mon 12:00 in the lift is outside of its day parts",
        ),
    ],
)
def test_dates_and_day_parts(fields, name, passes, text):
    assert play_of(fields)[name] == (passes, text)


def test_times_are_those_of_the_lift_and_only_without_one_those_of_the_schema():
    parts = {"day_parts": [{"from": "17:00", "to": "18:00"}]}
    kolkata = Lift("lift-1", timezone="Asia/Kolkata")  # 17:30 there
    assert play_of(parts, lift=kolkata, timezone="UTC")["day parts"][0]
    assert play_of(parts, timezone="Asia/Kolkata")["day parts"][0]
    assert not play_of(parts, lift=kolkata, now=NOON + 1800)["day parts"][0]


def test_creatives_must_be_there_and_approved():
    waiting = {name: dataclasses.replace(it, approved=False) for name, it in TEN.items()}
    none = (False, "none of its creatives is there and approved: x, a")
    campaign = {"creatives": ["x", "a"]}
    assert play_of(campaign)["creatives"] == (True, "a creative is approved")
    assert play_of(campaign, creatives=waiting)["creatives"] == none
    assert play_of(campaign, creatives={})["creatives"] == none
    schema = rules_of({"a": {"creatives": ["x", "b", "a"]}}).schema
    names = [it.name for it in playable(schema, "a", facts_at(creatives=TEN))]
    assert names == ["b", "a"]


@pytest.mark.parametrize(
    ("history", "passes", "text"),
    [
        ([("a", 59)], True, "below its caps"),
        ([("a", 59), ("b", 1), ("b", 2)], True, "below its caps"),
        ([("a", 59), ("a", 1)], False, "2 plays in the last 60 s, of 2 at most"),
        ([("a", 60), ("a", 1)], True, "below its caps"),  # the window has just passed it
        ([("a", 100), ("a", 200), ("a", 3599)], False, "3 plays in the last 3600 s, of 3 at most"),
        ([("a", 100), ("a", 200), ("a", 3600)], True, "below its caps"),
    ],
)
def test_each_frequency_cap_counts_in_its_own_window(history, passes, text):
    caps = {"frequency_cap": [{"plays": 2, "per": 60}, {"plays": 3, "per": "1h"}]}
    assert play_of(caps, history=plays(*history))["frequency cap"] == (passes, text)


@pytest.mark.parametrize(
    ("other", "history", "passes"),
    [
        ("cars", [("b", 599)], False),
        ("cars", [("b", 600)], True),
        ("cars", [("a", 1)], True),  # a campaign is no competitor of itself
        ("cars", [("gone", 1)], True),
        ("food", [("b", 1)], True),
        (None, [("b", 1)], True),
    ],
)
def test_competitors_keep_apart(other, history, passes):
    check = play_of(
        {"category": "cars"},
        other={"category": other} if other else {},
        separation={"cars": "10m"},
        history=plays(*history),
    )["separation"]
    said = (
        "no competitor played just now" if passes else "b, also cars, played within the last 600 s"
    )
    assert check == (passes, said)


def test_no_category_is_none_in_common_even_with_a_clock_that_is_ahead():
    assert play_of({}, history=plays(("b", -2)))["separation"][0]


def test_a_budget_that_allows_nothing():
    text = "its budget, or its pace, allows no play now"
    assert play_of({}, exhausted=frozenset("a"))["budget"] == (False, text)
    assert play_of({}, exhausted=frozenset("b"))["budget"][0]


@pytest.mark.parametrize(
    ("campaign", "separation", "seconds"),
    [
        ({}, {}, 0),
        ({"frequency_cap": [{"plays": 1, "per": "1h"}, {"plays": 9, "per": 60}]}, {}, 3600),
        ({"category": "cars"}, {"cars": "2h"}, 7200),
    ],
)
def test_how_far_back_the_past_matters(campaign, separation, seconds):
    assert history_seconds(rules_of({"a": campaign}, separation=separation).schema) == seconds
