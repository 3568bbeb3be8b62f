import csv
import math
import pathlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation import metrics

# Own-weights rows of the paper's Table 2 with the test counts of its Table 1.
with open(pathlib.Path(__file__).with_name("paper_table2.csv")) as table:
    PAPER = {row.pop("attribute"): row for row in csv.DictReader(table)}
# What does not follow from the printed counts, recall and FPR, whatever their rounding hid.
SLIPS = {
    "watching phone": {"accuracy", "precision"},
    "child": {"accuracy"},
    "old age": {"accuracy"},
    "youth": {"precision"},
}
HALF_A_DIGIT = 0.00005

LABELS = np.array([0, 0, 1, 0, 1, 1], bool)
SCORES = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.9])

scored_examples = st.lists(
    st.tuples(st.booleans(), st.floats(0, 1, width=32)), min_size=1, max_size=30
).map(lambda pairs: (np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])))


def recomputed(row, slip=0.0):
    """Accuracy and precision, recall being `slip` higher and FPR lower than printed."""
    accuracy, precision = metrics.accuracy_and_precision(
        int(row["positives"]),
        int(row["negatives"]),
        float(row["recall"]) + slip,
        float(row["fpr"]) - slip,
    )
    return {"accuracy": accuracy, "precision": precision}


@pytest.mark.parametrize("attribute", PAPER)
def test_the_papers_accuracy_and_precision_follow_from_its_recall_and_fpr(attribute):
    row = PAPER[attribute]
    low, high = recomputed(row, -HALF_A_DIGIT), recomputed(row, HALF_A_DIGIT)
    off = {
        name
        for name in low
        if not low[name] - HALF_A_DIGIT <= float(row[name]) <= high[name] + HALF_A_DIGIT
    }
    assert off == SLIPS.get(attribute, set())


def test_16_of_the_papers_18_rows_follow_to_three_thousandths():
    close = {
        attribute
        for attribute, row in PAPER.items()
        if all(abs(value - float(row[name])) < 0.003 for name, value in recomputed(row).items())
    }
    assert close == set(PAPER) - {"watching phone", "child"}


def test_the_paper_has_18_attributes():
    assert len(PAPER) == 18


def test_figures_at_a_threshold_by_hand():
    row = metrics.at_threshold(LABELS, SCORES, 0.4)  # called: 0.4 (negative), 0.5, 0.9

    assert (row.positives, row.negatives, row.unscored) == (3, 3, 0)
    assert row.accuracy == pytest.approx(4 / 6)
    assert row.precision == pytest.approx(2 / 3)
    assert row.recall == pytest.approx(2 / 3)
    assert row.fpr == pytest.approx(1 / 3)
    assert row.balanced_accuracy == pytest.approx(2 / 3)


def test_figures_from_rates_are_the_figures_from_counts():
    row = metrics.at_threshold(LABELS, SCORES, 0.25)

    accuracy, precision = metrics.accuracy_and_precision(
        row.positives, row.negatives, row.recall, row.fpr
    )

    assert accuracy == pytest.approx(row.accuracy)
    assert precision == pytest.approx(row.precision)


def test_auc_by_hand_counts_ties_as_half():
    assert metrics.auc([1, 0, 0, 1], [0.5, 0.5, 0.1, 0.9]) == pytest.approx(3.5 / 4)


def test_best_threshold_lies_halfway_to_the_next_lower_score():
    assert metrics.best_threshold([0, 0, 1, 1], [0.1, 0.2, 0.6, 0.8]) == pytest.approx(0.4)


def test_best_threshold_prefers_the_higher_of_equals():
    # Both 0.5 (recall 2/3, FPR 0) and 0.3 (recall 1, FPR 1/3) reach J = 2/3.
    assert metrics.best_threshold(LABELS, SCORES) == pytest.approx(0.45)


def test_best_threshold_of_useless_scores_is_finite():
    assert metrics.best_threshold([0, 1], [0.5, 0.5]) == 0.5
    assert math.isfinite(metrics.best_threshold([1, 0], [0.1, 0.9]))


def test_best_threshold_separates_neighbouring_floats():
    low = 0.5
    high = np.nextafter(low, 1)
    row = metrics.at_threshold([0, 1], [low, high], metrics.best_threshold([0, 1], [low, high]))
    assert row.accuracy == 1


@given(scored_examples)
def test_no_other_threshold_has_a_higher_balanced_accuracy(examples):
    labels, scores = examples
    threshold = metrics.best_threshold(labels, scores)
    if threshold is None:
        assert labels.all() or not labels.any()
        return
    best = metrics.at_threshold(labels, scores, threshold).balanced_accuracy
    others = [metrics.at_threshold(labels, scores, s).balanced_accuracy for s in scores]
    assert best == pytest.approx(max(others))


@given(scored_examples)
def test_reversing_scores_reverses_the_auc(examples):
    labels, scores = examples
    area, reverse = metrics.auc(labels, scores), metrics.auc(labels, -scores)
    if area is None:
        assert reverse is None
    else:
        assert area + reverse == pytest.approx(1)


@pytest.mark.parametrize("label", [False, True])
def test_one_class_leaves_undefined_figures_undefined(label):
    labels, scores = np.full(3, label), np.array([0.2, 0.5, 0.7])

    row = metrics.at_threshold(labels, scores, 0.5)

    assert metrics.auc(labels, scores) is None
    assert metrics.best_threshold(labels, scores) is None
    assert row.balanced_accuracy is None
    assert (row.recall is None, row.fpr is None) == (not label, label)
    assert row.accuracy == pytest.approx(2 / 3 if label else 1 / 3)


def test_precision_is_undefined_when_nothing_is_called_positive():
    assert metrics.at_threshold(LABELS, SCORES, 0.95).precision is None


def test_no_examples_is_all_undefined():
    row = metrics.at_threshold(np.array([], bool), np.array([]), 0.5)
    assert (row.accuracy, row.precision, row.recall, row.fpr) == (None,) * 4


def test_unscored_examples_are_counted_and_change_no_figure():
    labels, scores = np.append(LABELS, [True, False]), np.append(SCORES, [np.nan] * 2)

    assert metrics.at_threshold(labels, scores, 0.4).unscored == 2
    assert metrics.auc(labels, scores) == metrics.auc(LABELS, SCORES)
    assert metrics.best_threshold(labels, scores) == metrics.best_threshold(LABELS, SCORES)
    with_nan, without = (
        metrics.at_threshold(*pair, 0.4) for pair in ((labels, scores), (LABELS, SCORES))
    )
    assert with_nan.recall == without.recall
    assert with_nan.fpr == without.fpr


def test_labels_and_scores_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"\(2,\) and \(3,\)"):
        metrics.auc([0, 1], [0.1, 0.2, 0.3])


def test_mean_leaves_undefined_values_out():
    assert metrics.mean_defined([0.5, None, 1.0]) == 0.75
    assert metrics.mean_defined([None]) is None


def test_false_positives_among_the_highest_scores():
    counts = [metrics.false_positives_at_top(LABELS, SCORES, count) for count in range(1, 7)]
    assert counts == [0, 0, 1, 1, 2, 3]


def test_of_the_same_score_negatives_stand_first():
    scores = np.array([0.5, 0.5, 0.5, 0.5, 0.9, np.nan])
    assert metrics.false_positives_at_top(LABELS, scores, 3) == 2


@pytest.mark.parametrize("count", [0, 7])
def test_no_list_is_longer_than_there_are_images(count):
    with pytest.raises(ValueError, match="of 6 scores"):
        metrics.false_positives_at_top(LABELS, SCORES, count)


def test_figures_of_few_examples_come_with_a_caution():
    assert metrics.caution("bald", 30, 30) is None
    for positives, negatives in ((29, 500), (500, 1)):
        assert f"bald: {positives} positives" in metrics.caution("bald", positives, negatives)


def test_calibration_error_by_hand():
    labels = np.array([0, 1, 1, 0], bool)
    scores = np.array([0.1, 0.1, 0.9, np.nan])
    # Two of three scores are 0.1 where half are positive, one is 0.9 where all are.
    expected = 2 / 3 * 0.4 + 1 / 3 * 0.1
    assert metrics.expected_calibration_error(labels, scores) == pytest.approx(expected)


def test_scores_at_the_ends_fall_into_the_outer_bins():
    assert metrics.expected_calibration_error(np.array([False, True]), np.array([0.0, 1.0])) == 0
    assert metrics.expected_calibration_error(np.array([True, False]), np.array([0.0, 1.0])) == 1


def test_shares_as_scores_are_calibrated():
    random = np.random.default_rng(0)
    scores = random.random(200_000)
    labels = random.random(200_000) < scores
    assert metrics.expected_calibration_error(labels, scores) < 0.01
    assert metrics.expected_calibration_error(labels, scores**3) > 0.2


def test_no_scored_image_has_no_calibration_error():
    assert metrics.expected_calibration_error(np.array([True]), np.array([np.nan])) is None


def test_what_is_no_probability_is_refused():
    with pytest.raises(GraftNetError, match=r"2 of the scores given .* from -0\.1 to 7; expected"):
        metrics.expected_calibration_error(np.zeros(3, bool), np.array([-0.1, 0.5, 7]))
