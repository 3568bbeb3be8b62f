"""Masks and boxes by hand, and against TensorFlow's own resizing."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from yolact_tf.ops.fast_nms import Detections
from yolact_tf.ops.masks import (
    assemble,
    crop,
    image_masks,
    in_images,
    mask_scores,
    mask_windows,
    pixel_boxes,
    window_mask,
)


def test_a_mask_is_the_sigmoid_of_its_combination_within_its_box() -> None:
    proto = np.zeros((1, 4, 4, 2), np.float32)
    proto[0, :, :, 0] = np.arange(4)[:, None]  # the row
    proto[0, :, :, 1] = np.arange(4)  # the column
    box = [[[0.5, 0.5, 0.6, 0.6]]]  # cells 2 to 2.4, widened 1 to 3.4: cells 1, 2, 3
    mask = assemble(proto, tf.constant([[[1.0, -2.0]]]), tf.constant(box)).numpy()[0, 0]
    rows, columns = np.mgrid[:4, :4]
    wanted = 1 / (1 + np.exp(-(rows - 2.0 * columns)))
    wanted[0] = wanted[:, 0] = 0
    np.testing.assert_allclose(mask, wanted, atol=1e-6)


def test_bounds_of_a_crop_are_not_rounded() -> None:
    boxes = tf.constant([[0.31, 0.0, 0.69, 1.0], [0.69, 1.0, 0.31, 0.0], [1.5, 0.0, 1.6, 1.0]])
    cropped = crop(tf.ones((3, 2, 10)), boxes).numpy()
    np.testing.assert_array_equal(cropped[0, 0], [0, 0, 0, 1, 1, 1, 1, 1, 0, 0])  # 2.1 to 7.9
    np.testing.assert_array_equal(cropped[1], cropped[0])
    assert not cropped[2].any()


def test_a_mask_s_score_is_the_mean_of_its_cells_above_a_half() -> None:
    masks = tf.constant([[[0.6, 0.8], [0.5, 0.1]], [[0.5, 0.2], [0.0, 0.0]]])
    np.testing.assert_allclose(mask_scores(masks), [0.7, 0.0], atol=1e-6)


def random_masks(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).random(shape, np.float32)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    cells=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_masks_are_enlarged_as_tensorflow_resizes(
    seed: int, cells: tuple[int, int], size: tuple[int, int]
) -> None:
    masks = random_masks(seed, 2, *cells)
    resized = tf.image.resize(masks[..., None], size)[..., 0].numpy()
    decided = np.abs(resized - 0.5) > 1e-4
    enlarged = image_masks(masks, *size).numpy()
    assert enlarged.shape == (2, *size)
    np.testing.assert_array_equal(enlarged[decided], resized[decided] > 0.5)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**31), height=st.integers(1, 50), width=st.integers(1, 50))
def test_a_window_shows_the_whole_mask_of_its_box(seed: int, height: int, width: int) -> None:
    rng = np.random.default_rng(seed)
    boxes = tf.constant(rng.uniform(-0.3, 1.3, (4, 4)), tf.float32)
    masks = crop(rng.integers(0, 2, (4, 7, 9)).astype(np.float32), boxes)
    whole = image_masks(masks, height, width).numpy()
    for mask, box, wanted in zip(masks, boxes, whole, strict=True):
        window = mask_windows(box, (7, 9), height, width)
        x1, y1, x2, y2 = window.numpy()
        shown = window_mask(mask, window, height, width).numpy()
        assert shown.shape == (y2 - y1, x2 - x1)
        np.testing.assert_array_equal(shown, wanted[y1:y2, x1:x2])
        assert shown.sum() == wanted.sum()


def test_pixel_boxes_are_ordered_clamped_and_truncated() -> None:
    boxes = tf.constant([[0.199, 0.5, 0.999, 0.25], [-0.5, -0.1, 1.5, 2.0]])
    np.testing.assert_array_equal(
        pixel_boxes(boxes, height=10, width=100), [[19, 2, 99, 5], [0, 0, 100, 10]]
    )


def test_places_beyond_the_count_stay_empty() -> None:
    detections = Detections(
        boxes=tf.constant([[[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]]]),
        scores=tf.constant([[0.9, 0.0]]),
        classes=tf.constant([[2, 0]]),
        coefficients=tf.constant([[[1.0], [0.0]]]),
        priors=tf.constant([[5, 0]]),
        count=tf.constant([1]),
    )
    found = in_images(detections, tf.ones((1, 5, 5, 1)), 33, 17)
    assert found.masks.shape == (1, 2, 33, 17)
    assert found.masks.numpy()[0, 0].all()
    assert not found.masks.numpy()[0, 1].any()
    np.testing.assert_array_equal(found.boxes[0], [[0, 0, 17, 33], [0, 0, 0, 0]])


@pytest.mark.parametrize("detections", [0, 2])
def test_no_images_and_no_detections_are_no_trouble(detections: int) -> None:
    empty = assemble(
        tf.ones((0, 3, 3, 1)), tf.ones((0, detections, 1)), tf.ones((0, detections, 4))
    )
    assert image_masks(empty, 6, 8).shape == (0, detections, 6, 8)
    assert assemble(tf.ones((1, 3, 3, 1)), tf.ones((1, 0, 1)), tf.ones((1, 0, 4))).shape[1] == 0
