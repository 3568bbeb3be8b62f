import numpy as np
import pytest
from scipy.stats import binomtest

from graftnet_tf.evaluation.wilson import share_interval


@pytest.mark.parametrize(("hits", "count"), [(0, 50), (1, 3), (7, 20), (20, 20)])
def test_images_of_their_own_groups_give_wilsons_interval(hits, count):
    expected = binomtest(hits, count).proportion_ci(method="wilson")
    found = share_interval(np.arange(count) < hits, np.arange(count))
    assert found == pytest.approx((expected.low, expected.high))


def test_copies_of_an_image_make_nothing_surer():
    hits, groups = np.arange(20) < 7, np.arange(20)
    once = share_interval(hits, groups)
    # Between groups the variance is what it was: 19 more copies of each leave it.
    assert share_interval(np.repeat(hits, 20), np.repeat(groups, 20)) == pytest.approx(
        once, abs=0.01
    )


def test_all_alike_tell_as_much_as_there_are_groups():
    hits, groups = np.zeros(100, bool), np.repeat(np.arange(4), 25)
    low, high = share_interval(hits, groups)
    assert (low, high) == pytest.approx((0, binomtest(0, 4).proportion_ci(method="wilson").high))


def test_one_group_counts_as_one_image():
    hits = np.array([True, False, True, True])
    low, high = share_interval(hits, np.zeros(4, int))
    assert low < 0.15
    assert high > 0.95


def test_groups_that_differ_less_than_chance_promise_no_more_than_images_do():
    hits, groups = np.tile([True, False], 50), np.repeat(np.arange(50), 2)
    expected = binomtest(50, 100).proportion_ci(method="wilson")
    assert share_interval(hits, groups) == pytest.approx((expected.low, expected.high))


def test_weights_by_hand():
    # Residuals by weight -.5, -.5, -.5, 1.5 of a sum of 6: a variance of 4/3 · 3/36, a ninth,
    # where three independent images have a twelfth: as three of them.
    found = share_interval(np.arange(4) == 3, np.arange(4), weights=np.array([1, 1, 1, 3.0]))
    z2 = 1.959964**2
    reach = np.sqrt(z2 * (1 / 12 + z2 / 36)) / (1 + z2 / 3)
    assert found == pytest.approx((0.5 - reach, 0.5 + reach))


def test_weights_are_of_no_unit_and_equal_ones_are_as_none():
    hits, groups = np.arange(30) % 3 == 0, np.arange(30) // 2
    weights = np.random.default_rng(0).uniform(0.1, 1, 30)
    plain = share_interval(hits, groups)
    assert share_interval(hits, groups, weights=np.ones(30)) == plain
    assert share_interval(hits, groups, weights=np.full(30, 0.3)) == pytest.approx(plain)
    assert share_interval(hits, groups, weights=weights) == pytest.approx(
        share_interval(hits, groups, weights=7 * weights)
    )


def test_none_of_unequal_weights_tell_as_much_as_there_are_effectively():
    weights = np.array([2.0, 4, 1, 2, 4, 4])
    count = 17**2 / 57
    z2 = 1.959964**2
    expected = (0, z2 / (count + z2))
    assert share_interval(np.zeros(6), np.arange(6), weights=weights) == pytest.approx(expected)


@pytest.mark.parametrize("least", [1.0, 0.1])
def test_the_interval_covers_the_true_share_about_as_often_as_it_says(least):
    """30 groups of 10 images that are hits together four times in five; weights in least…1."""
    random = np.random.default_rng(0)
    weights = random.uniform(least, 1, 300)
    groups, covered = np.repeat(np.arange(30), 10), 0
    for _ in range(400):
        together = random.random(30) < 0.3
        own = random.random(300) < 0.3
        hits = np.where(random.random(300) < 0.8, together[groups], own)
        low, high = share_interval(hits, groups, weights=weights)
        covered += low <= 0.3 <= high
    assert 0.91 < covered / 400 < 0.98
