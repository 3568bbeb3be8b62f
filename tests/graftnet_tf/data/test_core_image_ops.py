import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.data import addons, augmentation, core_image_ops

IMAGES = np.random.default_rng(0).uniform(0, 255, (40, 21, 13, 3)).astype(np.float32)
SEEDS = tf.random.split([3, 1], len(IMAGES))
BY_ONE = [[1, 0, -1, 0, 1, 0, 0, 0]]
BY_A_HALF = [[1, 0, 0.5, 0, 1, 0, 0, 0]]


@pytest.mark.parametrize(
    ("row", "interpolation", "found"),
    [
        (BY_ONE, "nearest", [0, 10, 20, 40]),
        (BY_ONE, "bilinear", [0, 10, 20, 40]),
        (BY_A_HALF, "bilinear", [15, 30, 60, 40]),
    ],
)
def test_a_row_is_moved_and_what_comes_from_outside_is_black(row, interpolation, found):
    image = tf.reshape(tf.constant([10.0, 20, 40, 80]), [1, 1, 4, 1])
    moved = core_image_ops.transform(image, tf.constant(row, tf.float32), interpolation)
    np.testing.assert_array_equal(moved.numpy().ravel(), found)


def test_each_image_has_its_own_hole_and_what_is_outside_the_image_is_left_out():
    images = tf.ones([2, 4, 5, 1], tf.uint8)
    found = core_image_ops.cutout(images, tf.constant([2, 4]), tf.constant([[2, 2], [0, 5]]))
    assert found.dtype == tf.uint8
    np.testing.assert_array_equal(
        found.numpy()[..., 0],
        [
            [[1, 1, 1, 1, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 1], [1, 1, 1, 1, 1]],
            [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1]],
        ],
    )


def test_a_hole_without_a_side_erases_nothing():
    found = core_image_ops.cutout(
        tf.constant(IMAGES[:1]), tf.constant([0, 6]), tf.constant([[5, 5]])
    )
    np.testing.assert_array_equal(found, IMAGES[:1])


needs_addons = pytest.mark.skipif(
    addons.transform is core_image_ops.transform, reason="tensorflow-addons is not installed"
)


@needs_addons
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_images_are_moved_as_addons_moves_them(interpolation):
    motions = np.random.default_rng(1).normal(0, 0.02, (len(IMAGES), 8)).astype(np.float32)
    motions += np.float32([1, 0, 0, 0, 1, 0, 0, 0])
    motions[:, 6:] /= 20
    np.testing.assert_array_equal(
        core_image_ops.transform(IMAGES, motions, interpolation),
        addons.transform(IMAGES, motions, interpolation=interpolation),
    )


@needs_addons
@pytest.mark.parametrize("size", [(0, 0), (2, 6), (20, 12), (30, 40)])
def test_holes_are_those_of_addons_bit_for_bit(size):
    random = np.random.default_rng(2)
    centres = np.stack([random.integers(0, 22, 40), random.integers(0, 14, 40)], axis=1)
    centres = tf.constant(centres, tf.int32)
    np.testing.assert_array_equal(
        core_image_ops.cutout(tf.constant(IMAGES), tf.constant(size), centres),
        addons.cutout(IMAGES, tf.constant(size), centres),
    )


@needs_addons
def test_augmented_images_are_those_that_addons_gives(monkeypatch):
    with_addons = augmentation.Augmentation()(tf.cast(IMAGES, tf.uint8), SEEDS)
    monkeypatch.setattr(augmentation, "transform", core_image_ops.transform)
    monkeypatch.setattr(augmentation, "cutout", core_image_ops.cutout)
    without = augmentation.Augmentation()(tf.cast(IMAGES, tf.uint8), SEEDS)
    np.testing.assert_array_equal(with_addons, without)
