"""Thresholds for a largest FPR or a smallest precision, with hand-counted figures."""

import numpy as np
import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.operating_point import OperatingPoint, choose_threshold

LABELS = np.array([1, 1, 0, 1, 1, 0, 0, 0, 0, 0], bool)
SCORES = np.array([0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])


def choose(labels=LABELS, scores=SCORES, groups=None, **wanted):
    groups = np.arange(len(labels)) if groups is None else groups
    point = OperatingPoint(**wanted)
    return choose_threshold(point, np.array(labels), np.array(scores), groups, attribute="hat")


@pytest.mark.parametrize(
    ("wanted", "threshold", "recall", "fpr", "precision"),
    [
        ({"max_fpr": 0.0}, 0.85, 2 / 4, 0, 1),
        ({"max_fpr": 0.16}, 0.85, 2 / 4, 0, 1),
        ({"max_fpr": 1 / 6}, 0.55, 1, 1 / 6, 4 / 5),
        ({"min_precision": 0.9}, 0.85, 2 / 4, 0, 1),
        ({"min_precision": 4 / 5}, 0.55, 1, 1 / 6, 4 / 5),
        ({"min_precision": 0.3}, 0.55, 1, 1 / 6, 4 / 5),
    ],
)
def test_the_highest_recall_that_keeps_to_it(wanted, threshold, recall, fpr, precision):
    reached = choose(**wanted)
    assert reached.row.threshold == pytest.approx(threshold)
    assert (reached.row.recall, reached.row.fpr) == (recall, pytest.approx(fpr))
    assert reached.row.precision == pytest.approx(precision)
    for value, (low, high) in (
        (recall, reached.recall),
        (fpr, reached.fpr),
        (precision, reached.precision),
    ):
        assert low <= value <= high


# Weights 4 for the two highest negatives and 1 for all else: 4 positives, 12 of negatives.
LIKELY = np.array([1, 1, 0.25, 1, 1, 0.25, 1, 1, 1, 1])


def weighted(probabilities=LIKELY, **wanted):
    return choose_threshold(
        OperatingPoint(**wanted),
        LABELS,
        SCORES,
        np.arange(10),
        attribute="hat",
        probabilities=probabilities,
    )


@pytest.mark.parametrize(
    ("wanted", "threshold", "recall", "fpr", "precision"),
    [
        ({"max_fpr": 1 / 6}, 0.85, 2 / 4, 0, 1),  # 1 of 6 negatives is 4 of 12
        ({"max_fpr": 1 / 3}, 0.55, 1, 1 / 3, 1 / 2),
        ({"min_precision": 4 / 5}, 0.85, 2 / 4, 0, 1),
        ({"min_precision": 1 / 2}, 0.55, 1, 1 / 3, 1 / 2),
        ({"max_fpr": 1 / 6, "weighting": "none"}, 0.55, 1, 1 / 6, 4 / 5),
    ],
)
def test_shares_are_of_the_archive_where_probabilities_are_known(
    wanted, threshold, recall, fpr, precision
):
    reached = weighted(**wanted)
    assert reached.row.threshold == pytest.approx(threshold)
    assert (reached.row.recall, reached.row.fpr) == (recall, pytest.approx(fpr))
    assert reached.row.precision == pytest.approx(precision)
    assert (reached.row.positives, reached.row.negatives) == (4, 6)
    assert reached.fpr[0] <= fpr <= reached.fpr[1]


def test_what_figures_are_weighted_by_is_recorded():
    recorded = weighted(max_fpr=1 / 3).to_dict()
    assert recorded["weighting"] == "probability"
    assert recorded["effective_size"] == pytest.approx(16**2 / (8 + 2 * 16))
    assert weighted(max_fpr=1 / 3, weighting="none").to_dict()["weighting"] == "none"


def test_equal_probabilities_choose_what_none_do():
    for wanted in ({"max_fpr": 1 / 6}, {"min_precision": 0.9}):
        reached, plain = weighted(np.full(10, 0.3), **wanted), choose(**wanted)
        assert (reached.row, reached.fpr) == (plain.row, plain.fpr)
        assert (reached.precision, reached.recall) == (plain.precision, plain.recall)
        assert reached.effective_size == 10


def test_a_half_filled_column_weighs_nothing_unless_that_is_asked_for():
    half = np.where(np.arange(10) < 7, LIKELY, np.nan)
    assert weighted(half, max_fpr=1 / 6) == choose(max_fpr=1 / 6)
    with pytest.raises(GraftNetError, match="7 of 10 have one"):
        weighted(half, max_fpr=1 / 6, weighting="probability")


def test_a_refusal_says_that_it_is_weighted():
    likely = np.array([0.2, 1, 1, 1])
    with pytest.raises(
        GraftNetError, match=r"2 negatives, weighted by 1/probability\); the best FPR"
    ):
        choose_threshold(
            OperatingPoint(max_fpr=0.5),
            np.array([0, 1, 1, 0], bool),
            np.array([0.9, 0.8, 0.8, 0.1]),
            np.arange(4),
            attribute="hat",
            probabilities=likely,
        )


def test_what_is_reached_by_chance_is_not_shown():
    assert not choose(max_fpr=0.01).is_shown, "none of 6 negatives: up to 39 %"
    labels, scores = np.arange(1000) < 500, np.where(np.arange(1000) < 500, 0.9, 0.1)
    assert choose(labels, scores, max_fpr=0.01).is_shown, "none of 500: up to .8 %"
    assert not choose(labels, scores, np.arange(1000) // 250, max_fpr=0.01).is_shown, "of 2 groups"


def test_what_is_recorded_says_what_was_wanted():
    recorded = choose(max_fpr=0.16).to_dict()
    assert recorded["max_fpr"] == 0.16
    assert "min_precision" not in recorded
    assert (recorded["positives"], recorded["negatives"], recorded["fpr"]) == (4, 6, 0)
    assert recorded["fpr_interval"] == pytest.approx([0, 0.3903], abs=1e-4)


def test_of_equal_scores_none_is_divided():
    reached = choose([1, 0, 1, 0, 0], [0.9, 0.5, 0.5, 0.5, 0.1], max_fpr=0.34)
    assert (reached.row.recall, reached.row.fpr) == (0.5, 0)
    assert reached.row.threshold == pytest.approx(0.7)


def test_neighbouring_float32_scores_are_told_apart_by_the_served_comparison():
    low = np.float32(0.7)
    high = np.nextafter(low, np.float32(1))
    reached = choose([1, 0], [float(high), float(low)], max_fpr=0.0)
    assert np.float32(reached.row.threshold) > low


@pytest.mark.parametrize(
    ("wanted", "best"),
    [
        ({"max_fpr": 0.2}, r"an FPR of at most 0\.2 .*best FPR is 0\.5 .*recall of 1"),
        ({"min_precision": 0.9}, r"a precision of at least 0\.9 .*best precision is 0\.6667"),
    ],
)
def test_what_no_threshold_reaches_is_refused_with_the_best_and_its_interval(wanted, best):
    labels, scores = [0, 1, 1, 0], [0.9, 0.8, 0.8, 0.1]
    with pytest.raises(GraftNetError, match=rf"No threshold of hat .*{best}") as error:
        choose(labels, scores, **wanted)
    assert "95 % interval 0." in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([1, 0], [0.5, np.nan], "1 of 2 validation scores of hat are NaN"),
        ([1, 0], [1.5, 0.2], r"1 of the validation scores of hat .* from 1\.5 to 1\.5"),
        ([1, 0], [0.5, -np.inf], r"from -inf to -inf; expected 0…1"),
        ([1, 1], [0.5, 0.2], "2 positives and 0 negatives"),
        ([0, 0], [0.5, 0.2], "0 positives and 2 negatives"),
    ],
)
def test_what_no_threshold_can_be_chosen_by_is_refused(labels, scores, message):
    with pytest.raises(GraftNetError, match=message):
        choose(np.array(labels, bool), scores, max_fpr=0.1)


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"max_fpr": 0.1, "min_precision": 0.9},
        {"max_fpr": -0.1},
        {"max_fpr": 1.0},
        {"max_fpr": float("nan")},
        {"min_precision": 0.0},
        {"min_precision": 1.1},
        {"max_fpr": 0.1, "weighting": "some"},
    ],
)
def test_points_that_cannot_be_are_refused(wanted):
    with pytest.raises(GraftNetError, match="expected"):
        OperatingPoint(**wanted)
