from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graftnet_tf.errors import GraftNetError
from serving.rollout.plan import canary, check_step, pin, promote, rollback, withdraw
from serving.rollout.versions import Versions


def versions(served, **labels):
    return Versions(frozenset(served), labels)


ONE = versions([1], stable=1, canary=1)
BOTH = versions([1, 2], stable=1, canary=2)
PROMOTED = versions([1, 2], stable=2, canary=2, previous=1)


def test_what_is_served_is_pinned_before_it_is_labelled():
    assert pin([3, 4]) == [versions([3, 4]), versions([3, 4], stable=4, canary=4)]


def test_a_canary_is_served_before_it_is_labelled():
    assert canary(ONE, 2) == [versions([1, 2], stable=1, canary=1), BOTH]


def test_a_second_canary_takes_the_firsts_place():
    assert canary(BOTH, 3) == [
        versions([1, 2, 3], stable=1, canary=2),
        versions([1, 2, 3], stable=1, canary=3),
        versions([1, 3], stable=1, canary=3),
    ]


def test_promotion_keeps_the_replaced_version_loaded():
    assert promote(BOTH) == [PROMOTED]


def test_the_version_before_the_previous_leaves_last():
    now = versions([1, 2, 3], stable=2, canary=3, previous=1)
    assert promote(now) == [
        versions([1, 2, 3], stable=3, canary=3, previous=2),
        versions([2, 3], stable=3, canary=3, previous=2),
    ]


def test_rollback_moves_labels_before_it_unloads():
    assert rollback(PROMOTED) == [versions([1, 2], stable=1, canary=1), ONE]


def test_rollback_leaves_a_newer_canary_alone():
    now = versions([1, 2, 3], stable=2, canary=3, previous=1)
    assert rollback(now)[-1] == versions([1, 3], stable=1, canary=3)


def test_a_withdrawn_canary_is_unloaded():
    assert withdraw(BOTH) == [versions([1, 2], stable=1, canary=1), ONE]


def test_a_canary_that_is_one_already_takes_no_step():
    assert canary(BOTH, 2) == []


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: canary(versions([1]), 2), "No version is labelled stable. Run the action pin"),
        (lambda: promote(versions([1], stable=1)), "No version is labelled canary"),
        (lambda: promote(ONE), "stable and canary alike: nothing to promote"),
        (lambda: rollback(ONE), "No version is labelled previous"),
        (lambda: withdraw(ONE), "nothing to withdraw"),
        (lambda: check_step(BOTH, versions([2], stable=2)), "Version 1 is stable and would be"),
        (lambda: check_step(ONE, versions([1, 2], stable=2)), "stable would be given to version 2"),
    ],
)
def test_what_would_drop_a_request_is_refused(act, message):
    with pytest.raises(GraftNetError, match=message):
        act()


ACTIONS = st.one_of(
    st.integers(1, 5).map(lambda number: lambda now: canary(now, number)),
    st.sampled_from([promote, rollback, withdraw]),
)


@given(st.lists(ACTIONS, max_size=12))
def test_no_sequence_of_actions_drops_a_labelled_version(actions):
    now = pin([1])[-1]
    for action in actions:
        try:
            steps = action(now)
        except GraftNetError:
            continue
        for before, after in pairwise([now, *steps]):
            check_step(before, after)
            assert before != after
        now = steps[-1] if steps else now
        assert set(now.labels.values()) <= now.served
        assert len(now.served) <= 3, "stable, canary and previous at most"
