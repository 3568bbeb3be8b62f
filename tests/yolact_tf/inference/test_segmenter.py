"""Which detections count."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tests.yolact_tf.fake_network import FakeNetwork, Figure, fake_segmenter
from yolact_tf.errors import YolactError
from yolact_tf.inference.segmenter import Segmenter, Selection

LIT = tf.ones([1, 16, 16, 3])
LEFT, RIGHT = (0, 0, 4, 8), (4, 0, 8, 8)


def segment(segmenter, height=80, width=160):
    return segmenter(LIT, tf.constant([[height, width]]))


def test_all_fields_of_what_is_found_and_zero_beyond():
    found = segment(fake_segmenter(Figure(RIGHT, 0.6), Figure(LEFT, 0.9), max_people=4))
    assert found.count.numpy().tolist() == [2]
    assert found.boxes.numpy().tolist() == [[[0, 0, 80, 80], [80, 0, 160, 80], *[[0] * 4] * 2]]
    np.testing.assert_allclose(found.scores, [[0.9, 0.6, 0, 0]], atol=1e-6)
    assert found.masks.shape == (1, 4, 8, 8)
    assert (found.masks[0, 0].numpy() > 0.5).tolist() == [[True] * 4 + [False] * 4] * 8
    assert not found.masks[0, 2:].numpy().any()


@pytest.mark.parametrize(
    ("selection", "count"),
    [
        ({}, 2),
        ({"min_score": 0.7}, 1),
        ({"min_score": 0.95}, 0),
        ({"max_people": 1}, 1),
        ({"min_size": 80}, 2),
        ({"min_size": 81}, 0),
    ],
)
def test_low_scores_small_boxes_and_surplus_people_do_not_count(selection, count):
    found = segment(fake_segmenter(Figure(LEFT, 0.9), Figure(RIGHT, 0.6), **selection))
    assert int(found.count[0]) == count


def test_who_is_wholly_hidden_is_not_counted_and_leaves_no_gap():
    hidden = Figure((0, 0, 4, 3), 0.7)
    figures = (Figure(LEFT, 0.9), hidden, Figure(RIGHT, 0.6))
    found = segment(fake_segmenter(*figures))
    np.testing.assert_allclose(found.scores[0, :3], [0.9, 0.6, 0], atol=1e-6)
    assert int(segment(fake_segmenter(*figures, separate=False)).count[0]) == 3


@pytest.mark.parametrize(("min_fill", "count"), [(0.0, 1), (0.25, 1), (0.26, 0)])
def test_a_mask_must_fill_its_box(min_fill, count):
    quarter = Figure(LEFT, 0.9, area=(0, 0, 4, 2))
    assert int(segment(fake_segmenter(quarter, min_fill=min_fill)).count[0]) == count


def test_a_second_detection_of_one_person_is_left_with_too_little():
    # An IoU of 3 / 7 survives suppression; of four columns, one is left.
    figures = (Figure((0, 0, 6, 8), 0.9), Figure((3, 0, 7, 8), 0.7))
    assert int(segment(fake_segmenter(*figures, min_fill=0.25)).count[0]) == 2
    assert int(segment(fake_segmenter(*figures, min_fill=0.26)).count[0]) == 1


def test_sizes_in_pixels_belong_to_each_image():
    segmenter = fake_segmenter(Figure((0, 0, 4, 4), 0.9), min_size=20)
    found = segmenter(tf.repeat(LIT, 2, axis=0), tf.constant([[40, 60], [60, 39]]))
    assert found.count.numpy().tolist() == [1, 0]
    assert found.boxes[0, 0].numpy().tolist() == [0, 0, 30, 20]


def test_only_the_classes_asked_for():
    network = FakeNetwork([Figure(LEFT, 0.9, label=1), Figure(RIGHT, 0.6)], num_classes=3)
    classes = ("person", "dog")
    assert float(segment(Segmenter(network, classes)).scores[0, 0]) == pytest.approx(0.6)
    everything = segment(Segmenter(network, classes, Selection(classes=())))
    assert everything.classes[0, :2].numpy().tolist() == [1, 0]
    with pytest.raises(YolactError, match="does not know cat; its classes are: person, dog"):
        Segmenter(network, classes, Selection(classes=("cat",)))


def test_of_two_hundred_people_those_of_the_highest_scores_are_kept_and_the_rest_counted():
    """On a grid of 20 x 10; the network lets 100 through, and memory is that of 20 masks."""
    people = [
        Figure(
            (column * 0.4, row * 0.8, column * 0.4 + 0.4, row * 0.8 + 0.8),
            0.5 + 0.002 * (20 * row + column),
            (0, 0, 8, 8),
        )
        for row in range(10)
        for column in range(20)
    ]
    segmenter = fake_segmenter(*people, min_size=1, separate=False)
    found = segmenter(
        tf.repeat(LIT, 2, axis=0) * [[[[1.0]]], [[[0.0]]]], tf.constant([[400, 800]] * 2)
    )
    np.testing.assert_allclose(found.scores[0], [0.898 - 0.002 * k for k in range(20)], atol=1e-6)
    assert found.masks.shape == (2, 20, 8, 8)
    assert found.count.numpy().tolist() == [20, 0]
    assert found.left_out.numpy().tolist() == [80, 0]


def test_an_empty_batch():
    found = fake_segmenter(Figure(LEFT, 0.9))(tf.zeros([0, 16, 16, 3]), tf.zeros([0, 2], tf.int32))
    assert found.boxes.shape == (0, 20, 4)
    assert found.count.shape == (0,)


@pytest.mark.parametrize(
    "selection", [{"min_score": 1.0}, {"min_size": 0}, {"min_fill": 1.1}, {"max_people": 0}]
)
def test_impossible_selections_are_refused(selection):
    with pytest.raises(YolactError, match="expected"):
        Selection(**selection)


def test_where_masks_are_scored_an_unsure_one_counts_less():
    unsure, sure = Figure(LEFT, 0.9, logit=math.log(3 / 2)), Figure(RIGHT, 0.6, logit=math.log(19))
    network = FakeNetwork([unsure, sure], scored_masks=True)
    found = segment(Segmenter(network, ("person",), Selection(max_people=2)))
    np.testing.assert_allclose(found.scores, [[0.6 * 0.95, 0.9 * 0.6]], atol=1e-5)
    assert found.boxes[0, 0].numpy().tolist() == [80, 0, 160, 80]
    above = segment(Segmenter(network, ("person",), Selection(min_score=0.55)))
    assert above.count.numpy().tolist() == [1]
    as_published = segment(fake_segmenter(unsure, sure, max_people=2))
    np.testing.assert_allclose(as_published.scores, [[0.9, 0.6]], atol=1e-5)
