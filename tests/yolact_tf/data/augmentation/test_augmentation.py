import numpy as np
import pytest

from tests.yolact_tf.data.augmentation.made import image, sample, solid
from yolact_tf.data.augmentation import SMALLEST_SIDE, Augmentation
from yolact_tf.data.augmentation.copy_paste import Donor
from yolact_tf.data.augmentation.horizontal_flip import mirror
from yolact_tf.data.augmentation.sample import tight_boxes
from yolact_tf.data.ground_truth import CROWD

OBJECTS = [
    solid(0, (5, 5, 25, 35)),
    solid(1, (20, 10, 50, 30)),
    solid(0, (30, 2, 58, 20), crowd=True),
]
DONOR = Donor(np.full((30, 10, 3), 250, np.uint8), np.full((30, 10), 255, np.uint8), 1)


def test_boxes_hug_masks():
    masks = sample(10, [(2, 3, 5, 9), (0, 0, 10, 10), (9, 0, 10, 1)]).masks
    expected = [[2, 3, 5, 9], [0, 0, 10, 10], [9, 0, 10, 1], [0, 0, 0, 0]]
    empty = np.zeros((1, 10, 10), np.uint8)
    np.testing.assert_array_equal(tight_boxes(np.concatenate([masks, empty])), expected)
    assert tight_boxes(masks[:0]).shape == (0, 4)


def test_two_mirrors_show_the_original():
    original = sample(10, [(2, 3, 5, 9)])
    original.pixels[1, 2] = 7
    once = mirror(original)
    np.testing.assert_array_equal(tight_boxes(once.masks), [[5, 3, 8, 9]])
    assert once.pixels[1, 7].tolist() == [7, 7, 7]
    for before, after in zip(original, mirror(once), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("seed", range(30))
def test_every_object_of_a_sample_is_large_enough_and_of_a_known_class(seed):
    result = Augmentation(copy_paste=1).rearrange(
        image(OBJECTS), 64, lambda rng: DONOR, np.random.default_rng(seed)
    )
    assert result.pixels.shape == (64, 64, 3)
    assert len(result.masks) == len(result.classes)
    assert set(result.classes.tolist()) <= {0, 1, CROWD}
    boxes = tight_boxes(result.masks)
    assert (boxes[:, 2:] - boxes[:, :2] > SMALLEST_SIDE * 64).all()


def test_too_small_an_object_is_dropped():
    large, small = solid(0, (5, 5, 25, 35)), solid(0, (100, 100, 101, 104))
    result = Augmentation.none().rearrange(
        image([large, small], 300, 300), 160, None, np.random.default_rng(0)
    )
    assert len(result.classes) == 1


def test_none_only_squashes():
    result = Augmentation.none().rearrange(
        image(OBJECTS), 20, lambda rng: DONOR, np.random.default_rng(0)
    )
    assert result.classes.tolist() == [0, 1, CROWD]
    expected = np.array([found.box for found in OBJECTS]) * ([1 / 3, 1 / 2] * 2)
    np.testing.assert_allclose(tight_boxes(result.masks), expected, atol=0.51)


def test_an_image_without_objects_is_only_background():
    for seed in range(10):
        result = Augmentation(copy_paste=0).rearrange(
            image([]), 32, None, np.random.default_rng(seed)
        )
        assert result.masks.shape == (0, 32, 32)
        assert result.classes.shape == (0,)
