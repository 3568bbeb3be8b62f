"""Balances in seconds, by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.advertising.decisions.share_of_voice import charge, choose, shares


def shown(turns, weights, seconds, *, balances=None, bound=1e9):
    """Seconds shown of each campaign over some turns, and the balances after them."""
    totals, balances = dict.fromkeys(seconds, 0.0), dict(balances or {})
    for _ in range(turns):
        name = choose(balances, weights, "lift")
        balances = charge(balances, name, seconds[name], shares(weights), bound=bound)
        totals[name] += seconds[name]
    return totals, balances


def test_shares_add_up_to_one_in_proportion_to_weights():
    assert shares({"a": 3, "b": 1, "c": 4}) == {"a": 0.375, "b": 0.125, "c": 0.5}


def test_a_turn_is_due_to_all_and_credited_to_one():
    after = charge({"a": 1.0}, "a", 12.0, {"a": 0.25, "b": 0.75}, bound=100)
    assert after == {"a": 1.0 + 3 - 12, "b": 9.0}


def test_a_correction_takes_back_what_was_not_shown():
    due = {"a": 0.25, "b": 0.75}
    planned = charge({}, "a", 12.0, due, bound=100)
    assert charge(planned, "a", 4.0 - 12.0, due, bound=100) == charge({}, "a", 4.0, due, bound=100)


def test_a_campaign_that_was_not_eligible_keeps_its_balance():
    assert charge({"c": 7.0}, "a", 12.0, {"a": 1.0}, bound=100) == {"a": 0.0, "c": 7.0}


@pytest.mark.parametrize(("bound", "balances"), [(5, {"a": -5, "b": 5}), (8, {"a": -6, "b": 6})])
def test_balances_are_bounded(bound, balances):
    assert charge({}, "a", 12.0, {"a": 0.5, "b": 0.5}, bound=bound) == balances


def test_the_furthest_behind_plays_next():
    assert choose({"a": 1.0, "b": 2.0, "c": 9.0}, {"a": 1, "b": 1}, "lift") == "b"
    assert choose({"a": -1.0}, {"a": 1, "b": 1}, "lift") == "b"  # b has none yet: 0
    assert choose({}, {"a": 1}, "lift") == "a"


def test_ties_fall_differently_in_different_lifts_and_always_alike_in_one():
    weights = dict.fromkeys("abcd", 1.0)
    chosen = [choose({}, weights, f"lift-{number}") for number in range(100)]
    assert all(chosen.count(name) > 10 for name in weights)
    assert chosen == [choose({}, dict.fromkeys("dcba", 1.0), f"lift-{n}") for n in range(100)]


def test_seconds_follow_weights_and_picks_do_not():
    totals, _ = shown(1000, {"short": 1, "long": 1}, {"short": 5, "long": 50})
    assert totals["short"] == pytest.approx(totals["long"], abs=50)


_SECONDS = st.floats(1, 120)
_WEIGHTS = st.floats(0.01, 100)


@settings(deadline=None)
@given(st.lists(st.tuples(_SECONDS, _WEIGHTS), min_size=1, max_size=8), st.integers(1, 200))
def test_nobody_is_ever_further_off_than_two_turns_of_the_longest(drawn, turns):
    seconds = {f"c{number}": length for number, (length, _) in enumerate(drawn)}
    weights = {f"c{number}": weight for number, (_, weight) in enumerate(drawn)}
    totals, balances = shown(turns, weights, seconds)
    due = shares(weights)
    played = sum(totals.values())
    for name, length in totals.items():
        off = due[name] * played - length
        assert off == pytest.approx(balances[name], abs=1e-6 * played)
        assert abs(off) <= 2 * max(seconds.values())
