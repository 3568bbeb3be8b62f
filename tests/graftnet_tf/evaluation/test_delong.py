import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from graftnet_tf.evaluation import metrics
from graftnet_tf.evaluation.delong import auc_change, auc_interval

LABELS = np.array([True, True, False, False])


def test_by_hand():
    before = np.array([0.9, 0.2, 0.1, 0.5])  # 0.2 is below one of two negatives: AUC 3/4
    after = np.array([0.9, 0.4, 0.1, 0.3])  # 1
    found = auc_change(LABELS, before, after)
    assert (found.before, found.after, found.change) == (0.75, 1, 0.25)
    # Placements grow by 0 and 1/2 on either side: variances 1/8 over 2, twice.
    reach = 1.959964 * np.sqrt(1 / 8)
    assert found.interval == pytest.approx((0.25 - reach, 0.25 + reach))


def test_the_same_scores_do_not_change():
    scores = np.array([0.3, 0.2, 0.3, 0.1])
    found = auc_change(LABELS, scores, scores)
    assert (found.before, found.after, found.interval) == (0.625, 0.625, (0, 0))


def test_an_image_without_a_score_is_left_out_of_both():
    before = np.array([0.9, np.nan, 0.1, 0.5])
    after = np.array([0.2, 0.9, 0.1, np.nan])
    found = auc_change(LABELS, before, after)
    assert (found.before, found.after, found.interval) == (1, 1, None)
    assert auc_change(LABELS, before, np.full(4, np.nan)) is None


@given(
    arrays(bool, 12),
    arrays(np.float64, 12, elements=st.sampled_from([0.0, 0.25, 0.5, 1.0])),
    arrays(np.float64, 12, elements=st.sampled_from([0.0, 0.25, 0.5, 1.0])),
)
def test_areas_are_the_metrics_own_and_the_order_only_turns_the_sign(labels, before, after):
    found, turned = auc_change(labels, before, after), auc_change(labels, after, before)
    if found is None:
        assert metrics.auc(labels, before) is None
        return
    assert found.before == pytest.approx(metrics.auc(labels, before))
    assert found.after == pytest.approx(metrics.auc(labels, after))
    assert turned.change == -found.change
    if found.interval:
        low, high = found.interval
        assert turned.interval == pytest.approx((-high, -low))


def test_the_interval_covers_the_true_change_as_often_as_it_says():
    """Normal scores: an AUC is Φ(shift/√2), here 0.76 for both models."""
    random = np.random.default_rng(0)
    labels = np.arange(90) < 40
    covered = 0
    for _ in range(400):
        common = random.normal(size=90) + labels
        before, after = (0.8 * common + 0.6 * random.normal(size=90) for _ in "12")
        low, high = auc_change(labels, before, after).interval
        covered += low <= 0 <= high
    assert 0.92 < covered / 400 < 0.98


def test_the_interval_of_one_auc_by_hand():
    labels = np.array([True, True, True, True, False, False])
    scores = np.array([0.9, 0.8, 0.3, 0.05, 0.1, 0.4])  # AUC (1 + 1 + 1/2 + 0) / 4
    # Placements 1, 1, 1/2, 0 of the positives: variance 11/48; 3/4, 1/2 of the negatives: 1/32.
    reach = 1.959964 * np.sqrt(11 / 48 / 4 + 1 / 32 / 2)
    low, high = auc_interval(labels, scores)
    assert low == pytest.approx(0.625 - reach)
    assert 0.625 + reach > 1
    assert high == 1, "no AUC is above 1"
    assert auc_interval(labels, scores, level=0.5)[1] == pytest.approx(
        0.625 + reach * 0.6744898 / 1.959964
    )


@pytest.mark.parametrize(
    "scores",
    [
        [0.9, np.nan, 0.1, 0.5],
        [0.9, 0.8, np.nan, 0.5],
        [np.nan, np.nan, 0.1, 0.5],
        [np.nan] * 4,
    ],
)
def test_fewer_than_two_of_either_have_no_interval(scores):
    assert auc_interval(LABELS, np.array(scores)) is None


@given(
    arrays(bool, 12),
    arrays(np.float64, 12, elements=st.sampled_from([0.0, 0.25, 0.5, 1.0])),
)
def test_the_interval_of_one_auc_is_around_it_and_turns_with_it(labels, scores):
    interval, turned = auc_interval(labels, scores), auc_interval(labels, -scores)
    if interval is None:
        assert turned is None
        return
    low, high = interval
    assert 0 <= low <= metrics.auc(labels, scores) + 1e-9
    assert metrics.auc(labels, scores) - 1e-9 <= high <= 1
    assert turned == pytest.approx((1 - high, 1 - low))


def test_the_interval_of_one_auc_covers_the_true_one_as_often_as_it_says():
    """Normal scores a standard deviation apart: an AUC of Φ(1/√2)."""
    random = np.random.default_rng(0)
    labels = np.arange(90) < 40
    covered = 0
    for _ in range(400):
        low, high = auc_interval(labels, random.normal(size=90) + labels)
        covered += low <= 0.7602499 <= high
    assert 0.92 < covered / 400 < 0.98


def test_the_interval_of_many_scores_with_ties_is_that_of_every_pair():
    random = np.random.default_rng(0)
    labels = random.random(3000) < 0.3
    scores = np.round(random.normal(size=3000) + labels, 1)
    pairs = np.subtract.outer(scores[labels], scores[~labels])
    wins = (pairs > 0) + (pairs == 0) / 2
    parts = wins.mean(axis=1), wins.mean(axis=0)
    reach = 1.959964 * np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts))
    found = auc_interval(labels, scores)
    assert found == pytest.approx((wins.mean() - reach, wins.mean() + reach))


def test_images_of_their_own_groups_give_the_interval_of_independent_ones():
    random = np.random.default_rng(0)
    labels = random.random(60) < 0.4
    scores = random.random(60) + 0.3 * labels
    apart = auc_interval(labels, scores, groups=np.arange(60))
    assert apart == pytest.approx(auc_interval(labels, scores))


def test_copies_of_an_image_make_an_auc_no_surer():
    random = np.random.default_rng(0)
    labels = random.random(60) < 0.4
    scores, groups = random.random(60) + 0.3 * labels, np.arange(60)
    once = auc_interval(labels, scores, groups=groups)
    copies = [np.repeat(of, 5) for of in (labels, scores, groups)]
    assert auc_interval(*copies[:2], groups=copies[2]) == pytest.approx(once)
    low, high = auc_interval(*copies[:2])
    assert high - low < 0.6 * (once[1] - once[0])


def test_positives_of_one_group_have_no_interval():
    scores = np.array([0.9, 0.2, 0.1, 0.5])
    assert auc_interval(LABELS, scores, groups=np.array([0, 0, 1, 2])) is None


def test_weights_by_hand():
    labels, weights = np.array([1, 1, 0, 0], bool), np.array([1, 3, 1, 4.0])
    scores = np.array([0.9, 0.4, 0.6, 0.1])
    # Above: all of 5, 4 of 5; an AUC of (1 + 3 · .8) / 4. Below: 1 of 4, 4 of 4.
    area = metrics.auc(labels, scores, weights)
    assert area == pytest.approx(0.85)
    # Weighted deviations .15/4 and -.15/4, -.6/5 and .6/5; squares twice each, by n/(n - 1).
    deviation = np.sqrt(4 * (0.0375**2 + 0.12**2))
    middle, reach = np.log(0.85 / 0.15), 1.959964 * deviation / (0.85 * 0.15)
    expected = 1 / (1 + np.exp([reach - middle, -reach - middle]))
    assert auc_interval(labels, scores, weights=weights) == pytest.approx(expected)


def test_an_auc_of_one_stays_so_by_weights():
    weights = np.array([1, 3, 1, 4.0])
    assert auc_interval(LABELS, np.array([0.9, 0.8, 0.1, 0.2]), weights=weights) == (1, 1)
