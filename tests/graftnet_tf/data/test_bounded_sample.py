import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graftnet_tf.data.bounded_sample import bounded_sample


@pytest.mark.parametrize(
    ("most", "left"),
    [(100, [60, 30, 10]), (70, [30, 30, 10]), (50, [20, 20, 10]), (30, [10, 10, 10])],
)
def test_the_largest_classes_give_up_what_is_too_much(most, left):
    labels = np.random.default_rng(1).permutation(np.repeat([0, 1, 2], [60, 30, 10]))
    chosen = bounded_sample(labels, most, np.random.default_rng(0))
    assert np.bincount(labels[chosen]).tolist() == left


@given(st.lists(st.integers(0, 4), max_size=40), st.integers(0, 50), st.integers(0, 3))
def test_as_many_as_may_be_none_twice_and_no_class_gives_up_more_than_it_must(labels, most, seed):
    labels = np.array(labels, np.int32)
    chosen = bounded_sample(labels, most, np.random.default_rng(seed))
    assert chosen.dtype == np.int64
    assert len(chosen) == min(most, len(labels))
    assert (np.diff(chosen) > 0).all()
    left = np.bincount(labels[chosen], minlength=5)
    cut = left < np.bincount(labels, minlength=5)
    assert (left[cut] >= left.max() - 1).all(), "only the largest classes are cut, all alike"


def test_the_generator_decides():
    labels = np.repeat([0, 1], 500)
    one, same, other = (bounded_sample(labels, 100, np.random.default_rng(s)) for s in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert len(np.intersect1d(one, other)) < 50


def test_what_a_generator_chooses_stays_as_it_was():
    """Branches trained before start from the same examples when they are trained again."""
    labels = np.array([0, 0, 1, 0, 1, 0, 0, 2, 0, 1])
    chosen = bounded_sample(labels, 5, np.random.default_rng([0, 4]))
    assert chosen.tolist() == [2, 3, 4, 5, 7]
