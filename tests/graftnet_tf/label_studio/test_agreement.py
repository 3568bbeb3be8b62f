"""Cohen's κ of annotators."""

import pytest

from graftnet_tf.active_learning.answers import Answer, AnsweredImage
from graftnet_tf.active_learning.batch import Chosen
from graftnet_tf.label_studio.agreement import agreements


def images(*answers):
    """An image for each list of (label, annotator)."""
    return [
        AnsweredImage(
            Chosen(f"{number}.png", f"{number:064d}", "g", "random", 1.0),
            [Answer(label, by) for label, by in some],
        )
        for number, some in enumerate(answers)
    ]


def test_kappa_is_what_is_agreed_beyond_chance():
    # Both yes 20, both no 15, first alone 5, second alone 10: 0.7 alike, by chance 0.5.
    both = [
        *[[("yes", 1), ("yes", 2)]] * 20,
        *[[("yes", 1), ("no", 2)]] * 5,
        *[[("no", 1), ("yes", 2)]] * 10,
        *[[("no", 1), ("no", 2)]] * 15,
    ]
    [found] = agreements(images(*both))
    assert found[:3] == ((1, 2), 50, 35)
    assert found.kappa == pytest.approx(0.4)


def test_of_one_class_it_tells_nothing():
    [found] = agreements(images(*[[("yes", 1), ("yes", 2)]] * 3))
    assert found == ((1, 2), 3, 3, None)


def test_only_images_that_both_gave_a_class_count():
    some = images(
        [("yes", 1), ("no", 7)],
        [("no", 1)],
        [("yes", 7), ("unsure", 1)],
        [("bad crop", 7), ("no", 1)],
        [("yes", 1), ("no", None)],
        [("yes", 3)],
    )
    [found] = agreements(some)
    assert found == ((1, 7), 1, 0, 0.0)


def test_each_two_annotators_are_compared_and_the_last_answer_counts():
    first = [("no", 1), ("yes", 1), ("yes", 2), ("yes", 3)]
    found = agreements(images(first, [("no", 1), ("yes", 2)]))
    assert [(one.annotators, one.images, one.alike) for one in found] == [
        ((1, 2), 2, 1),
        ((1, 3), 1, 1),
        ((2, 3), 1, 1),
    ]
