"""Thresholds by Youden's J, or for an operating point."""

import numpy as np
import pytest

from graftnet_tf.branch.thresholds import thresholds
from graftnet_tf.data.labelled_rows import LabelledRows
from graftnet_tf.evaluation.operating_point import OperatingPoint
from graftnet_tf.workspace.tasks import Task

GENDER = Task("gender", ("other", "male", "female"), {"male": "male", "female": "female"})
LABELS = np.array([1, 1, 1, 0, 2, 2], np.int32)
#                          male: the highest is a negative's; female: told apart at 0.4
MALE = [0.8, 0.7, 0.3, 0.9, 0.2, 0.1]
FEMALE = [0.1, 0.1, 0.3, 0.1, 0.5, 0.8]
SCORES = np.stack([1 - np.add(MALE, FEMALE), MALE, FEMALE], axis=1).astype(np.float32)
EXAMPLES = LabelledRows(GENDER, None, np.arange(6), LABELS, np.arange(6), list("abcdef"))


def test_youdens_j_where_nothing_is_wanted():
    chosen = thresholds(EXAMPLES, SCORES, {})
    np.testing.assert_allclose([chosen.values["male"], chosen.values["female"]], [0.25, 0.4])
    assert chosen.points == chosen.missed == {}


def test_one_attribute_keeps_to_its_point_and_the_other_is_as_it_was():
    chosen = thresholds(EXAMPLES, SCORES, {"female": OperatingPoint(max_fpr=0.25)})
    np.testing.assert_allclose([chosen.values["male"], chosen.values["female"]], [0.25, 0.4])
    assert chosen.points["female"].row.fpr == 0
    chosen = thresholds(EXAMPLES, SCORES, {"male": OperatingPoint(min_precision=2 / 3)})
    np.testing.assert_allclose(chosen.values["male"], 0.25)
    assert chosen.points["male"].row.precision == 0.75


def test_a_point_that_is_missed_says_why_and_leaves_youdens():
    chosen = thresholds(EXAMPLES, SCORES, {"male": OperatingPoint(max_fpr=0.1)})
    np.testing.assert_allclose(chosen.values["male"], 0.25)
    assert (
        "No threshold of male that finds a positive has an FPR of at most 0.1"
        in (chosen.missed["male"])
    )
    assert chosen.points == {}


def test_youdens_j_weighs_what_was_less_likely_to_be_chosen():
    labels, scores = np.array([1, 1, 0, 0]), np.array([0.9, 0.3, 0.5, 0.2], np.float32)
    task = Task.binary("hat")
    examples = LabelledRows(task, None, np.arange(4), labels, np.arange(4), list("abcd"))
    both = np.stack([1 - scores, scores], axis=1)
    # The negative at .5 is half of two, or one of ten: from .3 up, J is 1/2, or .9.
    for probabilities, threshold in (
        (None, 0.7),
        (np.array([1, 1, 1, 1 / 9]), 0.25),
        (np.array([1, 1, 1, np.nan]), 0.7),
    ):
        chosen = thresholds(examples, both, {}, probabilities)
        assert chosen.values["hat"] == pytest.approx(threshold)


def test_a_point_is_of_the_archive_where_probabilities_are_known():
    wanted = {"male": OperatingPoint(min_precision=2 / 3)}
    likely = np.array([1, 1, 1, 0.25, 1, 1])  # the highest is a negative's
    chosen = thresholds(EXAMPLES, SCORES, wanted, likely)
    assert "the best precision is 0.4286" in chosen.missed["male"], "3 of 7"
