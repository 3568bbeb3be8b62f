import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold

from graftnet_tf.data.validation_split import SAMPLE, TooFewGroupsError, split

MANY = 200_000


def by_names(labels, names, classes, fraction, seed):
    """Scikit-learn's folds of groups that go by their names; None where none will do."""
    most = min(max(round(1 / fraction), 2), np.bincount(labels).max(), len(set(names)))
    for count in range(most, 1, -1):
        folds = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            parts = list(folds.split(labels, labels, names))
        for sides in parts:
            if all(len(set(labels[side])) == classes for side in sides):
                return sides
    return None


def check_sides(labels, groups, sides, classes):
    """Every example is on one side, every class on both, no group on both."""
    np.testing.assert_array_equal(np.sort(np.concatenate(sides)), np.arange(len(labels)))
    for side in sides:
        assert side.dtype == np.int64
        assert (np.diff(side) > 0).all()
        assert set(labels[side]) == set(range(classes))
    assert not np.intersect1d(*(groups[side] for side in sides)).size


@settings(deadline=None, max_examples=60)
@given(
    labels=st.lists(st.integers(0, 2), min_size=3, max_size=60),
    people=st.integers(2, 40),
    fraction=st.sampled_from([0.1, 0.15, 0.3, 0.5]),
    seed=st.integers(0, 3),
    data=st.data(),
)
def test_codes_in_the_order_of_the_names_split_as_the_names_do(
    labels, people, fraction, seed, data
):
    labels = np.array([0, 1, 2, *labels], np.int32)
    numbers = data.draw(
        st.lists(st.integers(1, people), min_size=len(labels), max_size=len(labels))
    )
    names = [f"camera {number}" for number in numbers]  # 10 stands before 2
    groups = np.unique(names, return_inverse=True)[1]
    expected = by_names(labels, names, 3, fraction, seed)
    if expected is None:
        with pytest.raises(TooFewGroupsError):
            split(labels, groups, 3, fraction=fraction, seed=seed)
        return
    for codes in (groups, 7 * groups - 50):
        sides = split(labels, codes, 3, fraction=fraction, seed=seed)
        np.testing.assert_array_equal(sides[0], expected[0])
        np.testing.assert_array_equal(sides[1], expected[1])
    check_sides(labels, groups, sides, 3)


def test_a_few_thousand_are_split_as_the_names_are():
    random = np.random.default_rng(0)
    labels = random.choice(3, 3000, p=[0.9, 0.09, 0.01]).astype(np.int32)
    names = [f"p{number}" for number in random.integers(0, 900, 3000)]
    groups = np.unique(names, return_inverse=True)[1]
    found = split(labels, groups, 3, fraction=0.15, seed=2)
    expected = by_names(labels, names, 3, 0.15, 2)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


def test_up_to_the_limit_the_fraction_is_of_all_and_beyond_it_of_the_sample():
    labels, groups = np.arange(120, dtype=np.int32) % 2, np.arange(120)
    sizes = {}
    for count in (100, 101, 120):
        sides = split(labels[:count], groups[:count], 2, fraction=0.2, seed=0, sample=50)
        sizes[count] = len(sides[1])
    assert sizes == {100: 20, 101: 10, 120: 10}


@pytest.fixture(scope="module")
def many():
    """200,000 examples of three classes of 190,000, 9,960 and 40, most groups of a few."""
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(3, dtype=np.int32), [190_000, 9960, 40])
    labels = random.permutation(labels)
    groups = random.integers(0, 80_000, MANY)
    groups[random.random(MANY) < 0.3] = 80_000  # one group of 60,000
    return labels, groups, split(labels, groups, 3, fraction=0.15, seed=0)


def test_of_many_the_validation_part_is_bounded_balanced_and_shares_no_group(many):
    labels, groups, sides = many
    assert MANY > 2 * SAMPLE
    check_sides(labels, groups, sides, 3)
    counts = np.bincount(labels[sides[1]])
    assert 0.1 * SAMPLE < counts.sum() < 0.2 * SAMPLE
    assert counts[1] > 0.15 * counts[0], "a twentieth of all"
    assert 3 <= counts[2] <= 8, "about 0.15 of the 28 outside the large group"
    assert 80_000 not in groups[sides[1]]


def test_of_many_the_seed_decides(many):
    labels, groups, sides = many
    again = split(labels, groups, 3, fraction=0.15, seed=0)
    np.testing.assert_array_equal(again[1], sides[1])
    other = split(labels, groups, 3, fraction=0.15, seed=1)[1]
    common = np.intersect1d(other, sides[1])
    assert len(common) < 0.2 * len(other), "not even the same sample"


def test_a_large_group_is_taken_where_a_class_has_no_others():
    labels = np.zeros(MANY, np.int32)
    labels[:20_000:1000] = 1  # in two groups of 10,000
    groups = np.arange(MANY)
    groups[:20_000] //= 10_000
    sides = split(labels, groups, 2, fraction=0.15, seed=0)
    check_sides(labels, groups, sides, 2)
    assert 10_000 <= len(sides[1]) < 20_000


def test_groups_too_large_for_the_sample_are_divided_all_the_same():
    labels = np.arange(MANY, dtype=np.int32) % 2
    groups = np.arange(MANY) // 50_000  # four, of 25,000 of either class
    sides = split(labels, groups, 2, fraction=0.15, seed=0)
    check_sides(labels, groups, sides, 2)
    assert len(sides[1]) == 50_000


@pytest.mark.parametrize(
    ("labels", "groups"),
    [
        ([0, 0, 0, 1], [0, 1, 2, 3]),
        ([0, 0, 0, 1, 1, 1], [0, 1, 2, 3, 3, 3]),
        ([0, 1, 0, 1], [0, 0, 0, 0]),
        ([0, 0, 0, 0], [0, 1, 2, 3]),
    ],
)
def test_a_class_of_too_few_groups_is_an_error_for_few_and_many(labels, groups):
    labels, groups = np.array(labels, np.int32), np.array(groups)
    with pytest.raises(TooFewGroupsError, match="too few images or groups"):
        split(labels, groups, 2, fraction=0.3, seed=0)
    added = np.zeros(MANY, np.int32)
    groups = np.concatenate([groups, np.full(MANY, groups[0])])
    with pytest.raises(TooFewGroupsError, match="too few images or groups"):
        split(np.concatenate([labels, added]), groups, 2, fraction=0.3, seed=0)
