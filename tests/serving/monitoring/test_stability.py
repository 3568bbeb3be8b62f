import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.monitoring.stability import by_chance, population_stability_index

COUNTS = st.lists(st.integers(0, 10_000), min_size=5, max_size=5).map(np.array)


def test_the_index_of_two_bins_by_hand():
    # 9 and 1 beside 4 and 6, each half an observation more: 9.5/11 and 1.5/11, 4.5/11 and 6.5/11
    expected = (4.5 - 9.5) / 11 * math.log(4.5 / 9.5) + (6.5 - 1.5) / 11 * math.log(6.5 / 1.5)
    assert expected == pytest.approx(1.0061, abs=1e-4)
    assert population_stability_index(np.array([9, 1]), np.array([4, 6])) == pytest.approx(expected)


@given(COUNTS, COUNTS)
def test_the_index_is_symmetric_and_never_negative(one, other):
    index = population_stability_index(one, other)
    assert index >= 0
    assert index == pytest.approx(population_stability_index(other, one))


@given(COUNTS)
def test_the_index_of_equal_histograms_is_0(counts):
    assert population_stability_index(counts, counts) == 0


def test_an_empty_bin_is_finite():
    assert 0 < population_stability_index(np.array([0, 100]), np.array([100, 0])) < math.inf


def test_small_samples_differ_by_chance_and_large_ones_do_not():
    few = by_chance(np.full(10, 2), np.full(10, 3), seed=0)
    many = by_chance(np.full(10, 20_000), np.full(10, 30_000), seed=0)
    assert many < 0.01 < 0.25 < few
    assert few == by_chance(np.full(10, 2), np.full(10, 3), seed=0)


def test_chance_is_what_19_of_20_samples_stay_below():
    random = np.random.default_rng(1)
    samples = random.multinomial(500, np.full(10, 0.1), (2, 400))
    limit = by_chance(np.full(10, 50), np.full(10, 50), seed=0)
    below = np.mean(population_stability_index(*samples) <= limit)
    assert 0.91 < below < 0.99
