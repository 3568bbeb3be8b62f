"""Tests of cutting out a person."""

import numpy as np

from graftnet_tf.importers.cutout import cut_out, fill_small_holes


def test_the_person_is_kept_on_black_with_a_margin_of_two_percent():
    image = np.random.default_rng(0).integers(1, 256, (300, 100, 3), np.uint8)
    mask = np.zeros((300, 100), bool)
    mask[50:250, 30:60] = True
    person = cut_out(image, mask)
    assert person.shape == (200 + 2 * 4, 30 + 2 * 4, 3)
    assert person.dtype == np.uint8
    np.testing.assert_array_equal(person[4:-4, 4:-4], image[50:250, 30:60])
    assert person[:4].sum() == person[-4:].sum() == person[:, :4].sum() == person[:, -4:].sum() == 0


def test_the_margin_ends_at_the_photo():
    image = np.full((100, 50, 3), 9, np.uint8)
    mask = np.ones((100, 50), bool)
    np.testing.assert_array_equal(cut_out(image, mask), image)


def test_small_holes_are_filled_and_gaps_are_not():
    mask = np.zeros((120, 120), bool)
    mask[10:110, 10:110] = True
    mask[20:24, 20:24] = False  # 16 pixels: under 0.2 % of the 9880 left
    mask[40:44, 40:66] = False  # 104 pixels: over
    mask[10:13, 50] = False  # open to the outside: no hole
    filled = fill_small_holes(mask)
    assert filled[20:24, 20:24].all()
    assert not filled[40:44, 40:66].any()
    assert filled.sum() == mask.sum() + 16


def test_separate_pieces_of_one_person_are_all_kept():
    mask = np.zeros((50, 50), bool)
    mask[5:10, 5:10] = mask[30:40, 30:40] = True
    person = cut_out(np.full((50, 50, 3), 200, np.uint8), mask)
    assert (person[..., 0] > 0).sum() == 125
