"""How a lift's state changes, function by function."""

import dataclasses

import pytest

from serving.advertising.decisions import deciding
from serving.advertising.decisions.facts import Lift
from serving.advertising.decisions.lift_state import LiftState
from serving.advertising.rules.conditions import Person
from tests.serving.advertising.decisions.simulated_lift import SimulatedLift
from tests.serving.advertising.decisions.situations import (
    NOON,
    creatives_of,
    facts_at,
    firing_state,
    rules_of,
)

TEN = creatives_of(a=10.0, b=10.0, c=10.0)
PLAIN = Person({"suit": 0.1}, {"suit": False})
SUIT = Person({"suit": 0.9}, {"suit": True})


def decide(state, schema, facts, identifier="1"):
    weights = deciding.eligible(state, schema, facts)
    return deciding.decide(state, schema, facts, weights, identifier)


def turns(state, schema, creatives, number, *, at=NOON):
    """Campaigns and creatives of turns that are all shown, and the state after them."""
    shown = []
    for turn in range(number):
        now = at + turn
        met = state.outcomes[-1].met
        state = state.model_copy(update={"outcomes": firing_state(*met, at=now).outcomes})
        decision = decide(state, schema, facts_at(now, creatives=creatives), str(turn))
        shown.append((decision.campaign, decision.creative, decision.seconds))
        state = deciding.end_turn(deciding.wait(state, decision), schema)
    return shown, state


def test_of_a_snapshot_rule_outcomes_alone_are_kept():
    rules = rules_of(
        {"a": {"when": {"someone": "suit"}}, "b": {}, "c": {"when": {"count": {"at_least": 3}}}},
        smoothing_window=2,
        min_audience=2,
    )
    facts = facts_at(creatives=TEN, attributes={"suit"})
    state = deciding.observe(LiftState(), rules, [SUIT, PLAIN], facts)
    state = deciding.observe(state, rules, [PLAIN], dataclasses.replace(facts, now=NOON + 5))
    assert [outcome.model_dump() for outcome in state.outcomes] == [
        {"at": NOON, "present": True, "met": {"a", "b"}, "audience": 2},
        {"at": NOON + 5, "present": True, "met": {"b"}, "audience": None},
    ]
    state = deciding.observe(state, rules, [], dataclasses.replace(facts, now=NOON + 10))
    assert [len(outcome.met) for outcome in state.outcomes] == [1, 0]
    assert not state.outcomes[-1].present


def test_nothing_fires_where_nobody_is_whatever_a_rule_says():
    rules = rules_of({"a": {"when": {"not": {"someone": "suit"}}}})
    facts = facts_at(creatives=TEN, attributes={"suit"})
    state = deciding.observe(LiftState(), rules, [], facts)
    assert deciding.fires(state, rules.schema, NOON) == set()
    state = deciding.observe(LiftState(), rules, [PLAIN], facts)
    assert deciding.fires(state, rules.schema, NOON) == {"a"}


def test_a_lost_camera_ends_what_fires():
    schema = rules_of({"a": {}}, smoothing_age=30).schema
    state = firing_state("a")
    assert deciding.fires(state, schema, NOON + 30) == {"a"}
    assert deciding.fires(state, schema, NOON + 30.1) == set()


def test_a_campaign_that_an_edit_took_away_does_not_fire():
    assert deciding.fires(firing_state("a", "gone"), rules_of({"a": {}}).schema, NOON) == {"a"}


def test_only_the_highest_priority_among_those_that_may_play():
    campaigns = {"a": {"priority": 1, "weight": 3}, "b": {"priority": 1}, "c": {"priority": -5}}
    schema = rules_of(campaigns).schema
    state, facts = firing_state("a", "b", "c"), facts_at(creatives=TEN)
    assert deciding.eligible(state, schema, facts) == {"a": 3, "b": 1}
    without = dataclasses.replace(facts, exhausted=frozenset("ab"))
    assert deciding.eligible(state, schema, without) == {"c": 1}
    assert deciding.eligible(firing_state("c"), schema, facts) == {"c": 1}
    assert deciding.eligible(firing_state(), schema, facts) == {}


def test_a_decision_says_all_that_is_needed_to_show_and_to_charge_it():
    campaigns = {
        "a": {"weight": 3, "budget": {"seconds": 100, "pacing": "asap"}, "creatives": ["x", "y"]},
        "b": {"creatives": ["z"]},
    }
    schema = rules_of(campaigns, decision_ttl=20).schema
    state = firing_state("a", "b", balances={"a": 1.0}, busy_until=NOON + 7, turns={"a": 3})
    decision = decide(state, schema, facts_at(creatives=creatives_of(x=10.0, y=12.0, z=40.0)))
    assert decision.model_dump() == {
        "id": "1",
        "campaign": "a",
        "creative": "y",
        "sha256": "sha of y",
        "seconds": 12.0,
        "made_at": NOON,
        "expires_at": NOON + 7 + 20,
        "due": {"a": 0.75, "b": 0.25},
        "longest": 40.0,
        "budgeted": 12.0,
        "audience": None,
    }


@pytest.mark.parametrize(("busy_until", "expires"), [(0, 30), (NOON - 1, 30), (NOON + 50, 80)])
def test_a_decision_waits_from_when_it_could_begin(busy_until, expires):
    state = firing_state("a", busy_until=busy_until)
    decision = decide(state, rules_of({"a": {}}).schema, facts_at(creatives=TEN))
    assert decision.expires_at == NOON + expires


@pytest.mark.parametrize(("later", "over"), [(0, False), (49.9, False), (50, True), (90, True)])
def test_a_decision_has_had_its_turn_once_it_could_have_begun(later, over):
    schema = rules_of({"a": {}}).schema
    state = firing_state("a", busy_until=NOON + 50)
    decision = decide(state, schema, facts_at(creatives=TEN))
    assert deciding.had_its_turn(decision, schema, NOON + later) is over


def test_creatives_of_a_campaign_are_shown_in_turn_and_those_not_approved_left_out():
    schema = rules_of({"a": {"creatives": ["x", "y", "z"]}}).schema
    creatives = creatives_of(x=10.0, y=10.0, z=10.0)
    shown, state = turns(firing_state("a"), schema, creatives, 4)
    assert [creative for _, creative, _ in shown] == ["x", "y", "z", "x"]
    creatives["y"] = dataclasses.replace(creatives["y"], approved=False)
    shown, _ = turns(state, schema, creatives, 3)
    assert sorted(creative for _, creative, _ in shown[:2]) == ["x", "z"]


def test_seconds_and_not_picks_follow_the_weights():
    schema = rules_of({"a": {"weight": 1}, "b": {"weight": 3}}).schema
    shown, _ = turns(firing_state("a", "b"), schema, creatives_of(a=6.0, b=30.0), 400)
    seconds = {name: sum(it[2] for it in shown if it[0] == name) for name in "ab"}
    assert seconds["b"] == pytest.approx(3 * seconds["a"], rel=0.02)
    picks = [name for name, _, _ in shown].count
    assert picks("a") > picks("b")


@pytest.mark.parametrize("catch_up", [1, 20, 120, 600])
def test_shares_hold_whatever_the_catch_up_even_below_one_turn(catch_up):
    schema = rules_of({"a": {}, "b": {}, "c": {}}, catch_up=catch_up).schema
    shown, _ = turns(firing_state("a", "b", "c"), schema, creatives_of(a=100.0, b=6.0, c=10.0), 900)
    total = sum(seconds for _, _, seconds in shown)
    for campaign in "abc":
        seconds = sum(length for name, _, length in shown if name == campaign)
        assert seconds / total == pytest.approx(1 / 3, abs=0.02)


def test_who_was_away_for_hours_does_not_catch_up():
    """Two alone for a day, then a third comes: it plays its share from then on."""
    schema = rules_of({"a": {}, "b": {}, "c": {}}).schema
    _, state = turns(firing_state("a", "b"), schema, TEN, 5000)
    state = state.model_copy(update={"outcomes": firing_state("a", "b", "c").outcomes})
    shown, _ = turns(state, schema, TEN, 30)
    for first in range(0, 30, 3):
        assert {name for name, _, _ in shown[first : first + 3]} == {"a", "b", "c"}


def test_what_is_owed_is_caught_up_within_the_bound_and_no_more():
    """An hour that was charged and not shown is corrected by 120 s: 24 turns in place of 720."""
    schema = rules_of({"a": {}, "b": {}}, catch_up=120).schema
    five = creatives_of(a=5.0, b=5.0)
    state = firing_state("a", "b")
    decision = decide(state, schema, facts_at(creatives=five)).model_copy(update={"campaign": "a"})
    state = deciding.correct(state, schema, decision, seconds_shown=3600.0)
    assert state.balances == {"a": -120, "b": 120}
    shown, _ = turns(state, schema, five, 100)
    names = [name for name, _, _ in shown]
    assert names[:47] == ["b"] * 47  # each turn brings them nearer by 5 s: 240 s apart
    assert 25 <= names[48:].count("a") <= 27


@pytest.mark.parametrize("ride", [8, 12, 20, 60, 300])
def test_a_campaign_of_which_nothing_is_heard_starves_no_other(ride):
    """Rides of some seconds, 20 s apart, shorter and longer than a decision waits."""
    lift = SimulatedLift(rules_of({"silent": {}, "told": {}}), creatives_of(silent=10.0, told=10.0),
                         unheard={"silent"})  # fmt: skip
    shown = {"silent": 0.0, "told": 0.0}
    for now in range(0, 20_000, 4):
        played = lift.show(NOON + now)
        if played:
            shown[played[0].campaign] += played[1]
        lift.look(NOON + now, [PLAIN] if now % (ride + 20) < ride else [])
    assert shown["silent"] == pytest.approx(shown["told"], rel=0.15)


def test_a_withdrawn_decision_is_charged_to_nobody_and_stays_next():
    schema = rules_of({"a": {}, "b": {}}).schema
    state, facts = firing_state("a", "b"), facts_at(creatives=TEN)
    decision = decide(state, schema, facts)
    state = deciding.wait(deciding.wait(state, decision), None)
    assert (state.balances, state.turns) == ({}, {})
    assert decide(state, schema, facts).campaign == decision.campaign


def test_no_turn_ends_where_nothing_waits():
    state = firing_state("a")
    assert deciding.end_turn(state, rules_of({"a": {}}).schema) is state


def test_a_proof_charges_what_was_shown():
    schema = rules_of({"a": {}, "b": {}}).schema
    state, facts = firing_state("a", "b"), facts_at(creatives=TEN)
    decision = decide(state, schema, facts)
    state = deciding.end_turn(deciding.wait(state, decision), schema)
    state = deciding.correct(state, schema, decision, seconds_shown=4.0)
    other = "b" if decision.campaign == "a" else "a"
    assert state.balances == {decision.campaign: pytest.approx(-2), other: pytest.approx(2)}


def test_what_an_edit_took_away_is_forgotten():
    state = LiftState(balances={"a": 3.0, "gone": 4.0}, turns={"gone": 2, "a": 1})
    state = deciding.without_strangers(state, rules_of({"a": {}}).schema)
    assert (state.balances, state.turns) == ({"a": 3.0}, {"a": 1})


def test_lifts_do_not_all_begin_with_the_same_campaign():
    schema = rules_of({"a": {}, "b": {}, "c": {}}).schema
    chosen = [
        decide(
            firing_state("a", "b", "c"),
            schema,
            facts_at(creatives=TEN, lift=Lift(f"lift-{number}")),
        ).campaign
        for number in range(60)
    ]
    assert all(chosen.count(name) >= 10 for name in "abc")
