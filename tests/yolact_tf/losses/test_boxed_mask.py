"""The terms of masks that only boxes bound, against values computed by hand."""

import numpy as np
import pytest
import tensorflow as tf

from tests.yolact_tf.reference import reference_predictions
from yolact_tf.config import config_named
from yolact_tf.data.ground_truth import CROWD, NO_KEYPOINT, GroundTruth
from yolact_tf.losses import MaskSupervision, multibox_losses
from yolact_tf.losses.boxed_mask import (
    boxed_mask_loss,
    keypoint_loss,
    pairwise_loss,
    projection_loss,
)
from yolact_tf.losses.prior_matching import Matches

LN2 = np.log(2)
SEED = (3, 4)


def cells(rows, columns, size=6):
    """float32 [size, size], 1 in some rows and columns."""
    inside = np.zeros((size, size), np.float32)
    inside[slice(*rows), slice(*columns)] = 1
    return inside


def test_a_mask_that_touches_all_four_sides_of_its_box_costs_no_projection():
    box = cells((1, 5), (2, 5))
    cross = cells((1, 5), (3, 4)) + cells((2, 3), (2, 5)) > 0
    for mask in (box, cross.astype(np.float32)):
        assert float(projection_loss(tf.constant(mask), tf.constant(box))) == pytest.approx(0)


def test_projections_are_judged_by_dice():
    """Half a box in height: columns right; rows 1 - 2 * 2 / (2 + 4). Then all of one half."""
    box, upper = cells((1, 5), (2, 5)), cells((1, 3), (2, 5))
    got = projection_loss(
        tf.constant(np.stack([upper, box / 2])), tf.constant(np.stack([box, box]))
    )
    rows = 1 - 2 * (4 * 0.5) / (4 * 0.25 + 4)
    columns = 1 - 2 * (3 * 0.5) / (3 * 0.25 + 3)
    np.testing.assert_allclose(got, [1 - 4 / 6, rows + columns], rtol=1e-6)


def test_an_empty_mask_costs_both_projections_and_an_empty_box_nothing():
    box, nothing = cells((1, 5), (2, 5)), np.zeros((6, 6), np.float32)
    got = projection_loss(
        tf.constant(np.stack([nothing, nothing])), tf.constant(np.stack([box, nothing]))
    )
    np.testing.assert_allclose(got, [2, 0])


def _pairwise(logits, in_box, colours):
    return float(
        pairwise_loss(
            tf.constant(logits[None, None], tf.float32),
            tf.constant(in_box[None, None] > 0),
            tf.constant(colours[None], tf.float32),
        )[0, 0]
    )


def test_a_sure_mask_of_one_colour_costs_nothing_and_an_undecided_one_ln_2():
    grey = np.zeros((6, 6, 3))
    box = cells((0, 6), (0, 6))
    assert _pairwise(np.full((6, 6), 30.0), box, grey) == pytest.approx(0, abs=1e-6)
    assert _pairwise(np.full((6, 6), -30.0), box, grey) == pytest.approx(0, abs=1e-6)
    assert _pairwise(np.zeros((6, 6)), box, grey) == pytest.approx(LN2)


def test_pairs_are_two_cells_apart_and_count_where_one_is_in_the_box():
    """On 3 x 3 cells there are 3 pairs a row apart, 3 a column, 2 diagonals; the mask is the left
    column, at 10 against -10, which costs 10 at its three pairs to the right and both diagonals."""
    logits = np.full((3, 3), -10.0)
    logits[:, 0] = 10
    grey = np.zeros((3, 3, 3))
    apart = -np.log(2 / (1 + np.exp(10.0)) * np.exp(10.0) / (1 + np.exp(10.0)))
    assert _pairwise(logits, cells((0, 3), (0, 3), 3), grey) == pytest.approx(
        5 * apart / 8, rel=1e-4
    )
    # of the corner alone: one pair in its row, one in its column, one diagonal
    assert _pairwise(logits, cells((0, 1), (0, 1), 3), grey) == pytest.approx(
        2 * apart / 3, rel=1e-4
    )
    # of the middle cell alone: none
    assert _pairwise(logits, cells((1, 2), (1, 2), 3), grey) == 0


def test_colours_apart_by_more_than_2_41_are_not_held_together():
    """exp(-d / 2) >= 0.3 up to d = 2 ln(1 / 0.3) = 2.408."""
    logits = np.full((3, 3), -10.0)
    logits[:, 0] = 10
    box = cells((0, 3), (0, 3), 3)
    colours = np.zeros((3, 3, 3))
    colours[:, 2] = (2.40, 0, 0)
    together = _pairwise(logits, box, colours)
    colours[:, 2] = (0, 2.42, 0)
    assert together > 1
    assert _pairwise(logits, box, colours) == pytest.approx(0, abs=1e-3)


def test_keypoints_that_the_mask_misses_cost():
    logits = np.full((1, 2, 4, 4), -3.0, np.float32)
    logits[0, :, 1, 2] = 5
    points = np.full((1, 2, 3, 2), NO_KEYPOINT, np.float32)
    points[0, 1, :2] = [[2.5 / 4, 1.5 / 4], [1.0, 0.0]]  # the cell of 5; the last of the first row
    got = keypoint_loss(tf.constant(logits), tf.constant(points), tf.constant([[1, 0]]))
    expected = (np.log1p(np.exp(-5.0)) + np.log1p(np.exp(3.0))) / 2
    np.testing.assert_allclose(got, [[expected, 0]], rtol=1e-5)


def _scene():
    """Two objects of which only boxes are known, one with a mask; two positives of each."""
    boxes = [[(0.0, 0.0, 0.5, 0.5), (0.5, 0.25, 1.0, 1.0), (0.0, 0.5, 0.5, 1.0)]]
    classes, size = [[0, 0, 0]], 8
    masks = np.zeros((1, 3, size, size), np.uint8)
    for mask, box in zip(masks[0], boxes[0], strict=True):
        x1, y1, x2, y2 = (round(size * side) for side in box)
        mask[y1:y2, x1:x2] = 1
    truth = GroundTruth.of_masks(np.float32(boxes), np.int32(classes), masks)
    truth = truth._replace(mask_annotated=np.array([[False, True, False]]))
    matches = Matches(
        tf.constant([[1, 0, 1, 1, 1, 0]]),
        tf.constant([[0, 0, 1, 2, 0, 0]]),
        tf.zeros([1, 6, 4]),
    )
    return truth, matches


def test_the_loss_is_the_sum_of_its_terms_over_boxes_without_masks():
    """With logits of 0 on one colour: dice of 0.5 and ln 2, for three of the four positives. Boxes
    of 4 x 4 cells are widened by one where the grid goes on: 5 x 5 cells of 0.5 against 4 of 1."""
    truth, matches = _scene()
    got = boxed_mask_loss(
        tf.zeros([1, 8, 8, 2]), tf.ones([1, 6, 2]), matches, truth, tf.zeros([1, 16, 16, 3]), SEED
    )
    dice = 1 - 2 * (4 * 0.5) / (5 * 0.25 + 4)
    assert float(got) == pytest.approx(3 * (2 * dice + LN2), rel=1e-5)


PRIORS = np.float32([[0.25, 0.25, 0.5, 0.5], [0.75, 0.6, 0.5, 0.75], [0.25, 0.75, 0.5, 0.5]])


def _multibox(truth, images, boxed_mask_weight=1.0):
    drawn = reference_predictions(2, 1, len(PRIORS), 4, 2, 8, 4)
    outputs = {name: tf.constant(value) for name, value in drawn.items()}
    with tf.GradientTape() as tape:
        tape.watch(outputs)
        losses = multibox_losses(
            outputs,
            truth,
            PRIORS,
            config_named("yolact_person_384"),
            SEED,
            images,
            MaskSupervision(boxed_mask_weight),
        )
        total = tf.add_n(list(losses.values()))
    return losses, tape.gradient(total, outputs)


def test_only_objects_without_masks_have_a_loss_of_their_own():
    truth, _ = _scene()
    images = np.random.default_rng(0).uniform(0, 255, (1, 16, 16, 3)).astype(np.float32)
    losses, gradients = _multibox(truth, images)
    doubled, _ = _multibox(truth, images, boxed_mask_weight=2.0)
    assert float(losses["X"]) > 0
    assert float(doubled["X"]) == pytest.approx(2 * float(losses["X"]))
    assert all(np.isfinite(gradient).all() for gradient in gradients.values())
    masked = truth._replace(mask_annotated=np.ones((1, 3), bool))
    assert float(_multibox(masked, images)[0]["X"]) == 0
    assert "X" not in _multibox(truth, images, boxed_mask_weight=0.0)[0]
    assert "X" not in _multibox(truth, None)[0]


def test_a_crowd_without_a_mask_is_not_learnt():
    truth, _ = _scene()
    crowds = truth._replace(classes=np.full((1, 3), CROWD, np.int32))
    losses, gradients = _multibox(crowds, np.zeros((1, 16, 16, 3), np.float32))
    assert float(losses["X"]) == 0
    assert all(np.isfinite(gradient).all() for gradient in gradients.values())
