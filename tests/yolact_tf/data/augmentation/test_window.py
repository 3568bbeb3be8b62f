import numpy as np
import pytest

from tests.yolact_tf.data.augmentation.made import image, solid
from yolact_tf.data.augmentation.sample import tight_boxes
from yolact_tf.data.augmentation.window import MEAN_COLOUR, Window, place, view
from yolact_tf.data.ground_truth import CROWD

ALL = np.ones(1, bool)


def test_the_whole_image_is_squashed():
    shown = view(image([solid(3, (15, 10, 45, 30))]), ALL, Window(0, 0, 60, 40), 20)
    assert shown.classes.tolist() == [3]
    np.testing.assert_array_equal(tight_boxes(shown.masks), [[5, 5, 15, 15]])
    assert (shown.pixels[7:13, 7:13] == 203).all()
    assert (shown.pixels[:3] == 50).all()


def test_outside_the_image_is_the_mean_colour():
    shown = view(image([solid(0, (0, 0, 60, 40))]), ALL, Window(-60, -40, 120, 80), 40)
    np.testing.assert_array_equal(tight_boxes(shown.masks), [[20, 20, 40, 40]])
    outside = shown.masks[0] == 0
    assert (shown.pixels[outside] == MEAN_COLOUR).all()
    assert (shown.pixels[~outside] == 200).all()


def test_a_part_is_enlarged_and_masks_are_cut():
    shown = view(image([solid(0, (0, 0, 40, 40))]), ALL, Window(30, 10, 20, 20), 40)
    np.testing.assert_array_equal(tight_boxes(shown.masks), [[0, 0, 20, 40]])


def test_a_crowd_stays_one_and_others_can_be_left_out():
    objects = [solid(0, (0, 0, 9, 9)), solid(0, (20, 20, 30, 30), crowd=True)]
    shown = view(image(objects), np.array([False, True]), Window(0, 0, 60, 40), 20)
    assert shown.classes.tolist() == [CROWD]
    assert len(shown.masks) == 1


def test_pixels_stay_where_they_are_at_their_own_size():
    image = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    patch = place(image, (-2, 3, 5, 12), 8)
    assert (patch.rows, patch.columns) == (slice(3, 8), slice(0, 5))
    np.testing.assert_array_equal(patch.pixels, image[:5, 2:])


def test_keypoints_go_where_their_pixels_go_and_end_at_the_frame():
    found = solid(0, (0, 0, 40, 40))._replace(
        mask_annotated=False, keypoints=((35.0, 15.0), (10.0, 15.0), (45.0, 25.0))
    )
    shown = view(image([found]), ALL, Window(30, 10, 20, 20), 40)
    assert shown.mask_annotated.tolist() == [False]
    np.testing.assert_allclose(shown.keypoints[0, :2], [[10, 10], [30, 30]])
    assert np.isnan(shown.keypoints[0, 2:]).all()


@pytest.mark.parametrize("box", [(-9, 0, -1, 8), (8, 0, 12, 4), (3.1, 3, 3.4, 9)])
def test_nothing_is_placed_off_the_frame_or_below_a_pixel(box):
    assert place(np.zeros((4, 4), np.uint8), box, 8) is None
