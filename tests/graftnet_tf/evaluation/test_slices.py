import numpy as np
import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.slices import NOT_GIVEN, by_value, check_values

#            good: AUC 1     bad: AUC 0  no positives   no camera given
VALUES = ["good"] * 4 + ["bad"] * 2 + ["dark"] * 3 + [""]
LABELS = np.array([1, 1, 0, 0, 1, 0, 0, 0, 0, 1], bool)
SCORES = np.array([0.9, 0.8, 0.2, 0.1, 0.3, 0.7, 0.6, 0.2, np.nan, 0.4], np.float32)
GROUPS = np.array([0, 1, 2, 3, 4, 5, 6, 6, 7, 8])


def slices(values=VALUES):
    return by_value(values, LABELS, SCORES, GROUPS, 0.5)


def test_the_worst_comes_first_and_what_has_no_auc_last():
    assert [(one.value, one.auc) for one in slices()] == [
        ("bad", 0),
        ("good", 1),
        ("dark", None),
        (NOT_GIVEN, None),
    ]


def test_figures_are_those_of_the_slices_examples_alone():
    bad, good, dark, without = slices()
    assert (bad.row.recall, bad.row.fpr, bad.auc_interval) == (0, 1, None)
    assert (good.row.recall, good.row.fpr, good.groups) == (1, 0, 4)
    assert good.recall_interval == pytest.approx((0.3424, 1), abs=1e-4), "2 of 2, Wilson's"
    assert (dark.row.negatives, dark.row.unscored, dark.groups) == (2, 1, 1)
    assert (dark.row.recall, dark.recall_interval, dark.row.fpr) == (None, None, 0.5)
    assert without.fpr_interval is None
    assert dark.figures()["recall_low"] is None


def test_every_example_is_in_one_slice():
    assert sum(one.row.positives for one in slices()) == 4
    assert sum(one.row.negatives + one.row.unscored for one in slices()) == 6


def test_a_column_of_too_many_values_is_refused():
    values = [str(number) for number in range(101)]
    check_values(values[:100] * 2, "age")
    with pytest.raises(GraftNetError, match=r"Column age has 101 different values.*in ranges"):
        check_values(values, "age")
