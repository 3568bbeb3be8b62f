"""Tests of joining groups."""

from hypothesis import given
from hypothesis import strategies as st

from graftnet_tf.importers.joined_groups import joined

GROUPS = {"1": "c", "2": "b", "3": "a", "4": "d", "5": "d"}


def test_groups_are_joined_through_others_and_bear_the_first_name():
    assert joined(GROUPS, [["1", "2"], ["3", "2"]]) == {
        "1": "a",
        "2": "a",
        "3": "a",
        "4": "d",
        "5": "d",
    }


def test_nothing_together_changes_nothing():
    assert joined(GROUPS, []) == GROUPS
    assert joined(GROUPS, [["1"], ["4", "5"]]) == GROUPS


@given(st.lists(st.lists(st.sampled_from(sorted(GROUPS)), min_size=1), max_size=6), st.randoms())
def test_the_order_decides_nothing(together, random):
    shuffled = [random.sample(sources, len(sources)) for sources in together]
    random.shuffle(shuffled)
    assert joined(GROUPS, shuffled) == joined(GROUPS, together)
