"""Tests of how photos are divided, and of who knows which label."""

import numpy as np
import pytest

from graftnet_tf.errors import GraftNetError
from tests.benchmarks.evidence.division import (
    DISJOINT,
    SHARED,
    divide,
    judged_photos,
    validation_photos,
)
from tests.benchmarks.evidence.photos import UNKNOWN, Photos


def photos(count=200, names=("hat", "bag", "coat")):
    random = np.random.default_rng(0)
    groups = random.integers(0, count // 2, count)
    return Photos(
        tuple(names),
        np.array([f"{n}.jpg" for n in range(count)]),
        np.zeros((count, 4, 4, 3), np.uint8),
        random.integers(0, 2, (count, len(names))).astype(np.int8),
        groups,
    )


@pytest.mark.parametrize("regime", [SHARED, DISJOINT])
def test_no_group_is_on_two_sides_and_no_photo_is_lost(regime):
    whole = photos()
    division = divide(whole, regime, seed=0)
    parts = [division.train, division.validation, division.test]
    assert sum(map(len, parts)) == len(whole)
    groups = [set(part.groups) for part in parts]
    assert sum(map(len, groups)) == len(set(whole.groups))
    assert [round(len(some) / len(set(whole.groups)), 1) for some in groups] == [0.5, 0.2, 0.3]


def test_no_contender_sees_a_test_label():
    whole = photos()
    division = divide(whole, SHARED, seed=0)
    assert (division.test.labels == UNKNOWN).all()
    judged = judged_photos(whole)
    np.testing.assert_array_equal(judged.paths, division.test.paths)
    assert (judged.labels != UNKNOWN).all()


def test_disjoint_training_photos_keep_one_true_label_and_groups_stay_with_one_task():
    whole = photos()
    shared = divide(whole, SHARED, seed=0).train
    train = divide(whole, DISJOINT, seed=0).train
    known = train.labels != UNKNOWN
    assert (known.sum(axis=1) == 1).all()
    np.testing.assert_array_equal(train.labels[known], shared.labels[known])
    for group in set(train.groups):
        assert len(set(known[train.groups == group].argmax(axis=1))) == 1
    sizes = known.sum(axis=0)
    assert sizes.max() < 2 * sizes.min()
    other = divide(whole, DISJOINT, seed=1).train
    assert ((other.labels != UNKNOWN) != known).any()
    np.testing.assert_array_equal(
        validation_photos(whole).labels, divide(whole, DISJOINT, seed=1).validation.labels
    )


def test_an_attribute_without_positives_to_learn_from_is_told():
    whole = photos()
    whole.labels[:, 1] = 0
    with pytest.raises(GraftNetError, match=r"^Of bag there are no two training photos"):
        divide(whole, DISJOINT, seed=0)


def test_some_attributes_keep_the_photos_they_are_known_of():
    train = divide(photos(), DISJOINT, seed=0).train
    part = train.of(("bag",))
    assert part.labels.shape == (np.sum(train.labels[:, 1] != UNKNOWN), 1)
    assert (part.labels != UNKNOWN).all()
