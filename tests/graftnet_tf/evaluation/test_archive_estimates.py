"""Figures of an archive by hand, and of a drawn archive whose true ones are known."""

import dataclasses

import numpy as np
import pytest
from scipy.special import logit

from graftnet_tf.active_learning.candidates import Candidates
from graftnet_tf.active_learning.mixture import Mixture
from graftnet_tf.active_learning.sampling import inclusion_probabilities, systematic_sample
from graftnet_tf.active_learning.strategies import STRATEGIES
from graftnet_tf.evaluation import metrics
from graftnet_tf.evaluation.archive_estimates import archive_estimates
from graftnet_tf.evaluation.delong import auc_interval
from graftnet_tf.evaluation.wilson import share_interval

#                  positives  negatives
LABELS = np.array([1, 1, 0, 0, 0, 0], bool)
SCORES = np.array([0.9, 0.4, 0.8, 0.3, 0.2, 0.1])
PROBABILITIES = np.array([0.5, 0.25, 1, 0.5, 0.25, 0.25])  # counts of 2, 4, 1, 2, 4, 4
GROUPS = np.arange(6)
SHARES = ("prevalence", "fpr", "recall", "precision", "accuracy")
FIGURES = (*SHARES, "auc")

ARCHIVE, BATCH, DRAWS, THRESHOLD = 6000, 400, 300, 0.5


def estimates(labels=LABELS, scores=SCORES, groups=GROUPS, probabilities=PROBABILITIES):
    return archive_estimates(labels, scores, groups, probabilities, 0.5)


def test_six_images_by_hand():
    found = estimates()
    assert found.prevalence.value == pytest.approx(6 / 17)
    assert found.recall.value == pytest.approx(2 / 6)
    assert found.fpr.value == pytest.approx(1 / 11)
    assert found.precision.value == pytest.approx(2 / 3)
    assert found.accuracy.value == pytest.approx((2 + 10) / 17)
    assert found.auc.value == pytest.approx((2 * 11 + 4 * 10) / (6 * 11))
    assert found.effective_size == pytest.approx(17**2 / 57)
    assert (found.images, found.without_probability) == (6, 0)
    for figure in map(found.figures().get, FIGURES):
        assert 0 < figure < 1
    for name in FIGURES:
        low, high = getattr(found, name).interval
        assert 0 <= low < getattr(found, name).value < high <= 1


def test_a_common_factor_of_the_probabilities_changes_nothing():
    """Such as the share of the images that a split put into the test list."""
    whole, part = estimates().figures(), estimates(probabilities=PROBABILITIES / 5).figures()
    assert part == pytest.approx(whole)


def test_equal_probabilities_give_the_unweighted_figures_to_the_last_bit():
    random = np.random.default_rng(5)
    labels, scores = random.random(200) < 0.3, random.random(200).round(2)
    groups = random.integers(0, 80, 200)
    found = estimates(labels, scores, groups, np.full(200, 0.3))
    row = metrics.at_threshold(labels, scores, 0.5)
    assert found.prevalence.value == labels.mean()
    for name in SHARES[1:]:
        assert getattr(found, name).value == getattr(row, name)
    assert found.auc.value == metrics.auc(labels, scores)
    assert found.effective_size == 200
    called = scores >= 0.5
    assert found.prevalence.interval == share_interval(labels, groups)
    assert found.recall.interval == share_interval(called[labels], groups[labels])
    deviation = np.ptp(logit(found.auc.interval)) * found.auc.value * (1 - found.auc.value)
    assert deviation == pytest.approx(np.ptp(auc_interval(labels, scores, groups=groups)))


def test_images_without_a_probability_or_a_score_are_in_no_figure():
    labels, groups = np.append(LABELS, [True, True, False]), np.arange(9)
    scores = np.append(SCORES, [0.1, np.nan, np.nan])
    probabilities = np.append(PROBABILITIES, [np.nan, np.nan, 0.01])
    found = estimates(labels, scores, groups, probabilities)
    assert found == dataclasses.replace(estimates(), without_probability=1)
    assert estimates(probabilities=np.full(6, np.nan)) is None


def test_what_is_undefined_is_none():
    found = estimates(labels=np.zeros(6, bool)).figures()
    assert (found["recall"], found["recall_low"], found["auc"]) == (None, None, None)
    assert (found["prevalence"], found["precision"]) == (0, 0)
    assert found["prevalence_high"] > 0.3, "none of some five"


def drawn_archive():
    """(labels, scores) of an archive, and how likely each image is to be chosen."""
    random = np.random.default_rng(1)
    labels = random.random(ARCHIVE) < 0.15
    scores = np.where(labels, random.beta(5, 3, ARCHIVE), random.beta(1.2, 6, ARCHIVE))
    candidates = Candidates(np.zeros((ARCHIVE, 1), np.float32), scores, THRESHOLD)
    mixture, alike = Mixture.parse("uncertain:.3,hard_negatives:.2,random:.5"), np.zeros(ARCHIVE)
    parts = [
        inclusion_probabilities(STRATEGIES[name](candidates, alike), share * BATCH)
        for name, share in mixture.shares.items()
    ]
    return labels, scores, inclusion_probabilities(np.sum(parts, axis=0), BATCH)


def truth_of(labels, scores):
    row = metrics.at_threshold(labels, scores, THRESHOLD)
    shares = {name: getattr(row, name) for name in SHARES[1:]}
    return {"prevalence": labels.mean(), "auc": metrics.auc(labels, scores), **shares}


@pytest.fixture(scope="module")
def many_draws():
    """(true figures, weighted ones of each draw, unweighted ones, how often intervals cover)."""
    labels, scores, probabilities = drawn_archive()
    truth, random = truth_of(labels, scores), np.random.default_rng(2)
    weighted, plain, covered = ({name: [] for name in FIGURES} for _ in range(3))
    for _ in range(DRAWS):
        rows = systematic_sample(probabilities, random.permutation(ARCHIVE), random)
        own = labels[rows], scores[rows]
        found = archive_estimates(*own, rows, probabilities[rows], THRESHOLD)
        unweighted = truth_of(*own)
        for name in FIGURES:
            figure = getattr(found, name)
            weighted[name].append(figure.value)
            plain[name].append(unweighted[name])
            low, high = figure.interval
            covered[name].append(low <= truth[name] <= high)
    return truth, weighted, plain, {name: np.mean(hits) for name, hits in covered.items()}


@pytest.mark.parametrize("name", FIGURES)
def test_over_many_draws_weighted_figures_are_right_and_plain_ones_are_not(many_draws, name):
    truth, weighted, plain, _ = many_draws

    def deviations(values):
        return abs(np.mean(values) - truth[name]) / (np.std(values) / np.sqrt(DRAWS))

    assert deviations(weighted[name]) < 3
    assert deviations(plain[name]) > 30


def test_intervals_cover_the_truth_about_as_often_as_they_say(many_draws):
    covered = many_draws[3]
    for name in ("prevalence", "recall", "precision"):
        assert 0.92 < covered[name] < 0.99, name
    assert 0.9 < covered["auc"] < 0.99
    # Hard negatives tell more of an FPR than as many random images, whose interval it has.
    assert min(covered["fpr"], covered["accuracy"]) > 0.95
