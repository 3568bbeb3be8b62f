"""Golden tests of the protocol of pedestrian attribute recognition, computed by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from graftnet_tf.errors import GraftNetError
from graftnet_tf.evaluation.metrics import at_threshold
from graftnet_tf.evaluation.par_protocol import par_figures

NAMES = ("hat", "bag", "skirt")
LABELS = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 1], [0, 0, 0]])
PROBABILITIES = np.array([[0.9, 0.2, 0.7], [0.6, 0.1, 0.0], [0.8, 0.9, 0.9], [0.3, 0.6, 0.1]])


def one_image(labels, probabilities):
    names = [f"a{number}" for number in range(len(labels))]
    return par_figures(np.array([labels]), np.array([probabilities]), names)


def test_every_figure_is_as_computed_by_hand():
    figures = par_figures(LABELS, PROBABILITIES, NAMES)
    # hat: 2 of 2 found, 1 of 2 negatives kept; bag: 1 of 2 and 1 of 2; skirt: 1 of 1 and 2 of 3
    assert figures.mean_accuracies == pytest.approx(
        {"hat": (1 + 1 / 2) / 2, "bag": (1 / 2 + 1 / 2) / 2, "skirt": (1 + 2 / 3) / 2}
    )
    assert figures.mean_accuracy == pytest.approx((3 / 4 + 1 / 2 + 5 / 6) / 3)
    # in common and in either: hat of all three; hat of hat; bag and skirt of all three; none of bag
    assert figures.accuracy == pytest.approx((1 / 3 + 1 + 2 / 3 + 0) / 4)
    assert figures.precision == pytest.approx((1 / 2 + 1 + 2 / 3 + 0) / 4)
    assert figures.recall == pytest.approx((1 / 2 + 1 + 1 + 0) / 4)
    assert figures.images == 4


def test_a_probability_of_a_half_is_a_no():
    assert one_image([1, 0], [0.5, 0.5]).recall == 0
    assert one_image([1, 0], [np.nextafter(0.5, 1), 0.5]).recall == 1


def test_an_image_that_shows_nothing_and_of_which_nothing_is_reported_scores_0():
    figures = one_image([0, 0], [0.1, 0.2])
    assert (figures.accuracy, figures.precision, figures.recall, figures.f1) == (0, 0, 0, 0)
    with_another = par_figures(np.array([[0], [1]]), np.array([[0.1], [0.9]]), ["hat"])
    assert with_another.accuracy == 1 / 2
    assert with_another.mean_accuracy == 1


def test_f1_is_of_the_means_and_no_mean_of_f1s():
    # precisions 1/2 and 1, recalls 1 and 1/2: means 3/4 each, while the two F1s are 2/3 each
    labels = np.array([[1, 0], [1, 1]])
    probabilities = np.array([[0.9, 0.9], [0.9, 0.1]])
    assert par_figures(labels, probabilities, NAMES[:2]).f1 == pytest.approx(3 / 4)


def test_a_label_of_2_is_0():
    labels = np.where(LABELS == 0, 2, LABELS)
    assert par_figures(labels, PROBABILITIES, NAMES) == par_figures(LABELS, PROBABILITIES, NAMES)


def test_an_attribute_of_one_class_is_in_no_mean_accuracy_but_in_the_others():
    labels = np.column_stack([LABELS[:, :2], np.zeros(4, int)])
    figures = par_figures(labels, PROBABILITIES, NAMES)
    assert figures.mean_accuracies["skirt"] is None
    assert figures.one_class == ["skirt"]
    assert figures.mean_accuracy == pytest.approx((3 / 4 + 1 / 2) / 2)
    assert figures.precision == pytest.approx((1 / 2 + 1 + 1 / 3 + 0) / 4)
    assert one_image([1], [0.9]).mean_accuracy is None


@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [
        (LABELS, PROBABILITIES[:, :2], r"shape \(4, 3\) and probabilities \(4, 2\); expected one"),
        (LABELS[:0], PROBABILITIES[:0], "at least one of each"),
        (LABELS[0], PROBABILITIES[0], "expected one shape"),
        (LABELS[:, :2], PROBABILITIES[:, :2], "3 names for 2 attributes"),
        (LABELS - 1, PROBABILITIES, "7 labels are none, the first -1 for skirt of image 0"),
        (np.where(LABELS, np.nan, 0.0), PROBABILITIES, "the first nan for hat of image 0"),
        (LABELS, PROBABILITIES * 2, "7 probabilities are none, the first 1.8 for hat of image 0"),
        (LABELS, PROBABILITIES - 0.1, "the first -0.1 for skirt of image 1"),
        (LABELS, np.where(LABELS, np.nan, 0.5), "first nan for hat of image 0; expected numbers"),
    ],
)
def test_what_is_no_label_or_probability_is_told_in_one_line(labels, probabilities, message):
    with pytest.raises(GraftNetError, match=message) as caught:
        par_figures(labels, probabilities, NAMES)
    assert "\n" not in str(caught.value)


@given(
    arrays.arrays(np.int8, (6, 3), elements=st.integers(0, 1)),
    arrays.arrays(np.float32, (6, 3), elements=st.floats(0, 1, width=32)),
    st.permutations(range(6)),
)
def test_mean_accuracies_are_the_balanced_ones_and_the_order_of_images_decides_nothing(
    labels, probabilities, order
):
    figures = par_figures(labels, probabilities, NAMES)
    above = float(np.nextafter(np.float32(0.5), np.float32(1)))  # at or above it: above a half
    for column, name in enumerate(NAMES):
        row = at_threshold(labels[:, column] == 1, probabilities[:, column], above)
        assert figures.mean_accuracies[name] == pytest.approx(row.balanced_accuracy)
    shuffled = par_figures(labels[order], probabilities[order], NAMES)
    assert shuffled.f1 == pytest.approx(figures.f1)
    assert shuffled.accuracy == pytest.approx(figures.accuracy)
    assert figures.accuracy <= min(figures.precision, figures.recall) + 1e-12
