import numpy as np
import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.selection_weights import (
    effective_size,
    selection_weights,
    weights_to_choose_by,
)

HALF_KNOWN = np.array([0.5, np.nan, 0.25, np.nan])


def test_the_unlikeliest_counts_most():
    np.testing.assert_allclose(selection_weights(np.array([0.1, 0.2, 1.0])), [1, 0.5, 0.1])


def test_equal_probabilities_count_as_exactly_one():
    assert selection_weights(np.full(7, 0.3)).tolist() == [1.0] * 7


def test_the_effective_size_is_kishs():
    assert effective_size(np.array([2.0, 4, 1, 2, 4, 4])) == pytest.approx(17**2 / 57)
    assert effective_size(np.full(7, 0.3)) == pytest.approx(7)
    assert effective_size(np.array([1, 1e-9, 1e-9])) == pytest.approx(1)


def test_thresholds_are_chosen_by_weights_where_every_image_has_one():
    known = np.array([0.5, 0.25])
    for weighting in (None, "probability"):
        np.testing.assert_array_equal(weights_to_choose_by(known, weighting), [0.5, 1])
    assert weights_to_choose_by(known, "none") is None


@pytest.mark.parametrize(
    ("probabilities", "have"), [(HALF_KNOWN, "2 of 4 have one"), (None, "none has one")]
)
def test_half_filled_probabilities_weigh_none_and_are_refused_where_asked_for(probabilities, have):
    assert weights_to_choose_by(probabilities) is None
    assert weights_to_choose_by(probabilities, "none") is None
    with pytest.raises(GraftNetError, match=f"{have}. Take weighting=none, or train"):
        weights_to_choose_by(probabilities, "probability")
