"""Tests of intervals that know of groups."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.benchmarks.evidence.bootstrap import (
    counts_of_groups,
    holm,
    interval,
    p_value,
    resampled_auc,
)


def test_groups_are_drawn_whole_and_as_many_as_there_are():
    groups = np.array([7, 7, 3, 9, 9, 9])
    counts = counts_of_groups(groups, seed=0, samples=50)
    assert counts.shape == (50, 6)
    np.testing.assert_array_equal(counts[:, 0], counts[:, 1])
    np.testing.assert_array_equal(counts[:, 3], counts[:, 5])
    assert set(counts[:, [0, 2, 3]].sum(axis=1)) == {3}
    np.testing.assert_array_equal(counts, counts_of_groups(groups, seed=0, samples=50))
    assert (counts != counts_of_groups(groups, seed=1, samples=50)).any()


def test_areas_of_samples_are_those_of_the_photos_repeated():
    random = np.random.default_rng(0)
    labels = random.random(40) < 0.4
    scores = random.integers(0, 6, 40) / 6  # with ties
    counts = random.integers(0, 4, (5, 40))
    area, samples = resampled_auc(labels, scores, counts)
    assert area == pytest.approx(roc_auc_score(labels, scores))
    for row, some in zip(counts, samples, strict=True):
        expected = roc_auc_score(np.repeat(labels, row), np.repeat(scores, row))
        assert some == pytest.approx(expected)


def test_a_sample_without_positives_has_no_area():
    labels = np.array([True, False, False])
    area, samples = resampled_auc(labels, np.array([0.9, 0.1, 0.9]), np.array([[0, 2, 1]]))
    assert area == 0.75
    assert np.isnan(samples).all()


def test_the_interval_holds_the_middle_95_percent():
    assert interval(np.arange(101) / 100) == pytest.approx((0.025, 0.975))


def test_p_is_twice_the_share_beyond_zero():
    assert p_value(np.array([1.0] * 98 + [-1.0])) == pytest.approx(2 * 2 / 100)
    assert p_value(np.array([1.0, -1.0])) == 1.0


def test_holm_by_hand():
    # sorted .01 .02 .04 times 3, 2, 1; each at least the one before
    np.testing.assert_allclose(holm(np.array([0.04, 0.01, 0.02])), [0.04, 0.03, 0.04])
    np.testing.assert_allclose(holm(np.array([0.6, 0.7])), [1.0, 1.0])
