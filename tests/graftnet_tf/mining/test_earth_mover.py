import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

from graftnet_tf.errors import GraftNetError
from graftnet_tf.mining.earth_mover import earth_movers_distance, similarity
from graftnet_tf.mining.points import WeightedPoints


def points(*rows, weights=None):
    some = WeightedPoints.uniform(np.array(rows, np.float32))
    return some if weights is None else WeightedPoints(some.points, np.array(weights))


def distance(one, other):
    return earth_movers_distance(one, other, of="one to the other")


def test_one_point_to_another_is_their_distance_not_its_square():
    assert distance(points((0, 0)), points((3, 4))) == pytest.approx(5)


def test_each_point_goes_to_its_partner():
    # 0 → 1 and 10 → 12 carry a half each: 0.5·1 + 0.5·2; crosswise would cost 10.5
    assert distance(points((0,), (10,)), points((12,), (1,))) == pytest.approx(1.5)


def test_weights_split_what_is_carried():
    # 0.75 at 0 and 0.25 at 4 onto halves at 0 and 4: a quarter travels 4
    one, other = points((0,), (4,), weights=[0.75, 0.25]), points((0,), (4,))
    assert distance(one, other) == pytest.approx(1)


def test_a_single_point_reaches_atoms_at_their_weighted_mean_distance():
    # to (3, 4) 5 with weight 0.2, to (0, 10) 10 with weight 0.8
    atoms = points((3, 4), (0, 10), weights=[0.2, 0.8])
    assert distance(points((0, 0)), atoms) == pytest.approx(9)


numbers = st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=12)


@settings(deadline=None, max_examples=50)
@given(numbers, numbers)
def test_it_agrees_with_scipy_on_a_line_and_is_symmetric(left, right):
    one, other = (points(*((x,) for x in some)) for some in (left, right))
    expected = wasserstein_distance(left, right)
    assert distance(one, other) == pytest.approx(expected, abs=1e-4)
    assert distance(other, one) == pytest.approx(expected, abs=1e-4)


def test_a_set_is_at_no_distance_from_itself():
    some = points((1, 2), (3, 4), (5, 6))
    assert distance(some, some) == pytest.approx(0, abs=1e-6)


def test_a_solver_cut_short_is_an_error_that_names_what_was_measured():
    random = np.random.default_rng(0)
    one, other = (points(*random.normal(size=(60, 8))) for _ in range(2))
    with pytest.raises(GraftNetError, match=r"cluster 3 of hat .* within 5 iterations"):
        earth_movers_distance(one, other, of="cluster 3 of hat", iterations=5)


def test_features_that_are_not_finite_are_an_error():
    with pytest.raises(GraftNetError, match="cluster 3"):
        earth_movers_distance(points((np.nan, 0)), points((1, 2)), of="cluster 3")


def test_similarity_falls_with_the_distance():
    assert similarity(0) == 1
    assert similarity(100) == pytest.approx(math.exp(-1))
    assert similarity(2, gamma=0.5) == pytest.approx(math.exp(-1))
