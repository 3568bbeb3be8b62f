"""Probabilities by hand, and samples that keep them."""

import numpy as np
import pytest

from graftnet_tf.active_learning.sampling import inclusion_probabilities, systematic_sample
from graftnet_tf.errors import GraftNetError


@pytest.mark.parametrize(
    ("weights", "count", "expected"),
    [
        ([1, 1, 1, 1], 1, [0.25, 0.25, 0.25, 0.25]),
        ([10, 1, 1, 1, 1], 2, [1, 0.25, 0.25, 0.25, 0.25]),
        ([8, 4, 1, 1], 3, [1, 1, 0.5, 0.5]),
        ([0, 3, 1, 0], 1, [0, 0.75, 0.25, 0]),
        ([0, 3, 1, 1], 3, [0, 1, 1, 1]),
        ([2, 1, 1], 0.5, [0.25, 0.125, 0.125]),
    ],
)
def test_probabilities_are_in_proportion_and_none_is_above_one(weights, count, expected):
    np.testing.assert_allclose(inclusion_probabilities(np.array(weights), count), expected)


def test_more_than_can_be_chosen_is_refused():
    with pytest.raises(GraftNetError, match="3 images asked for; only 2 can be chosen"):
        inclusion_probabilities(np.array([1, 0, 1]), 3)


def test_every_sample_has_its_size_and_every_unit_its_probability():
    random = np.random.default_rng(0)
    probabilities = inclusion_probabilities(random.uniform(size=30) ** 3, 12)
    drawn = np.zeros(30)
    samples = 4000
    for _ in range(samples):
        rows = systematic_sample(probabilities, random.permutation(30), random)
        assert len(set(rows)) == 12
        drawn[rows] += 1
    assert (probabilities == 1).any()
    np.testing.assert_array_equal(drawn[probabilities == 1], samples)
    np.testing.assert_allclose(drawn / samples, probabilities, atol=0.04)  # 5 deviations


def test_neighbours_in_the_order_are_not_drawn_together():
    order = np.array([4, 0, 3, 1, 5, 2])
    for seed in range(20):
        rows = systematic_sample(np.full(6, 0.5), order, np.random.default_rng(seed))
        places = np.flatnonzero(np.isin(order, rows))
        assert set(places // 2) == {0, 1, 2}, "one of each pair of neighbours"
