"""Tests of the split into train and test."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers import split
from graftnet_tf.importers.collection import Photo
from graftnet_tf.importers.split import draw_split


def photo(source, group, split=None):
    return Photo(source, source, group, {}, split)


def assign_splits(photos, **options):
    return split.assign_splits(photos, {p.source: p.group for p in photos}, **options)


@given(st.text(), st.integers())
def test_the_ends_of_the_fraction_take_all(group, seed):
    assert draw_split(group, test_fraction=0.0, seed=seed) == "train"
    assert draw_split(group, test_fraction=1.0, seed=seed) == "test"


@given(st.text(), st.integers(), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_fraction_only_adds_to_test(group, seed, one, other):
    small, large = sorted((one, other))
    if draw_split(group, test_fraction=small, seed=seed) == "test":
        assert draw_split(group, test_fraction=large, seed=seed) == "test"


def test_the_share_is_near_the_fraction_and_the_seed_matters():
    groups = [str(number) for number in range(4000)]
    first, second = (
        {g for g in groups if draw_split(g, test_fraction=0.25, seed=seed) == "test"}
        for seed in (0, 1)
    )
    deviation = (0.25 * 0.75 * 4000) ** 0.5
    assert abs(len(first) - 1000) < 4 * deviation
    assert abs(len(first & second) - 250) < 4 * deviation


def test_a_photo_keeps_its_side_when_others_come_or_go():
    photos = [photo(f"{n}.jpg", f"{n}") for n in range(200)]
    of_all = assign_splits(photos, test_fraction=0.5, seed=3)
    of_some = assign_splits(photos[::7], test_fraction=0.5, seed=3)
    assert of_some == {source: of_all[source] for source in of_some}
    assert set(of_some.values()) == {"train", "test"}


def test_a_group_is_on_one_side_also_where_only_one_of_its_photos_has_a_split():
    photos = [photo("a", "g"), photo("b", "g", "test"), photo("c", "h", "train")]
    splits = assign_splits(photos, test_fraction=0.0, seed=0)
    assert splits == {"a": "test", "b": "test", "c": "train"}


def test_a_source_that_splits_a_group_is_refused():
    photos = [photo("a", "g", "train"), photo("b", "g", "test")]
    with pytest.raises(GraftNetError, match="Group g is in both train and test"):
        assign_splits(photos, test_fraction=0.5, seed=0)


def test_a_published_split_that_leaks_is_kept_only_where_the_source_is_known_to():
    photos = [photo("1", "ann", "train"), photo("2", "ann", "test"), photo("3", "bob", "test")]
    with pytest.raises(GraftNetError, match="ann is in both"):
        assign_splits(photos, test_fraction=0.5, seed=0)
    assert assign_splits(photos, test_fraction=0.5, seed=0, leaks=True) == {
        "1": "train",
        "2": "test",
        "3": "test",
    }
