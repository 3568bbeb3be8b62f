"""What most of the last snapshots say, by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.advertising.decisions.smoothing import Outcome, firing, recent


def outcomes(*met):
    """Outcomes, a second apart, by the campaigns that were met; None is nobody there."""
    return tuple(
        Outcome(at=float(at), present=names is not None, met=frozenset(names or ()))
        for at, names in enumerate(met)
    )


@pytest.mark.parametrize(
    ("met", "fires"),
    [
        ([], ""),
        ([""], ""),
        (["a"], "a"),
        (["a", ""], ""),  # half is not most
        (["a", "b"], ""),
        (["a", "ab"], "a"),
        (["a", "ab", "b"], "ab"),
        (["a", "ab", ""], "a"),
        (["a", "", "", "a"], ""),
        (["a", "a", "", "a"], "a"),
        ([None], ""),
        (["a", None], ""),  # nobody in half of them
        (["a", "a", None], "a"),
        (["a", None, None], ""),
        (["a", "a", "a", None, None], "a"),
        (["ab", "a", None, "a", None], "a"),
        (["ab", "ab", None, "b", None], "b"),
    ],
)
def test_more_than_half_must_have_met_a_rule(met, fires):
    assert firing(outcomes(*met)) == set(fires)


@pytest.mark.parametrize(
    ("window", "age", "now", "times"),
    [
        (3, 100, 4.0, [2, 3, 4]),
        (9, 100, 4.0, [0, 1, 2, 3, 4]),
        (9, 2, 4.0, [2, 3, 4]),  # exactly as old as allowed
        (9, 1.9, 4.0, [3, 4]),
        (1, 1.9, 4.0, [4]),
        (9, 2, 6.1, []),
        (9, 2, 3.0, [1, 2, 3, 4]),  # another gateway's clock is ahead
    ],
)
def test_what_counts_is_the_newest_and_not_too_old(window, age, now, times):
    found = recent(outcomes(*"aaaaa"), window=window, age=age, now=now)
    assert [outcome.at for outcome in found] == times


@settings(deadline=None)
@given(st.lists(st.none() | st.text("abc", max_size=3), max_size=9))
def test_what_fires_was_met_by_somebody_in_most(met):
    for name in firing(outcomes(*met)):
        assert 2 * sum(name in (names or "") for names in met) > len(met)
