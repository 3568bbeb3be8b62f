"""Crops whose every pixel follows from the figures."""

import numpy as np
import pytest
from pycocotools import mask as run_lengths

from tests.yolact_tf.fake_network import Figure, fake_segmenter
from yolact_tf.errors import YolactError
from yolact_tf.inference.people_finder import CropStyle, PeopleFinder

GREY = np.full((80, 160, 3), 90, np.uint8)
LEFT = Figure((0, 0, 4, 8), 0.9)
RIGHT = Figure((4, 0, 8, 8), 0.6, area=(6, 0, 8, 8))


def test_a_person_is_cut_out_where_its_mask_is():
    finder = PeopleFinder(fake_segmenter(LEFT), CropStyle(margin=0.25, fill=(1, 2, 3)))
    [[person]] = finder([GREY])
    assert person.box == (0, 0, 80, 80)
    assert person.window == (0, 0, 100, 80)
    assert person.score == pytest.approx(0.9, abs=1e-6)
    assert person.class_name == "person"
    # The masks' cells are 20 pixels wide; between the fourth, inside, and the fifth,
    # outside, the boundary lies in the middle.
    np.testing.assert_array_equal(person.mask, np.tile(np.arange(100) < 80, (80, 1)))
    assert (person.crop[:, :80] == 90).all()
    assert (person.crop[:, 80:] == (1, 2, 3)).all()


def test_run_lengths_lie_in_the_whole_image():
    finder = PeopleFinder(fake_segmenter(RIGHT), CropStyle(margin=0.0))
    [[person]] = finder([GREY])
    whole = run_lengths.decode(person.run_lengths(80, 160))
    expected = np.zeros((80, 160), np.uint8)
    expected[:, 120:] = 1
    np.testing.assert_array_equal(whole, expected)


def test_more_people_than_are_kept_are_spoken_of(caplog):
    finder = PeopleFinder(fake_segmenter(LEFT, RIGHT, max_people=1))
    with caplog.at_level("WARNING", logger="absl"):
        black, both = finder([np.zeros_like(GREY), GREY])
    assert (len(black), len(both)) == (0, 1)
    assert both[0].score == pytest.approx(0.9, abs=1e-6)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("An image shows 2 people or more; the 1 of the highest scores are kept")


def test_images_of_different_sizes_and_without_people_go_together():
    finder = PeopleFinder(fake_segmenter(LEFT, RIGHT))
    tall, black = np.full((160, 40, 3), 7, np.uint8), np.zeros((64, 64, 3), np.uint8)
    both, none, narrow = finder([GREY, black, tall])
    assert [person.box for person in both] == [(0, 0, 80, 80), (80, 0, 160, 80)]
    assert none == []
    assert [person.box for person in narrow] == [(0, 0, 20, 160), (20, 0, 40, 160)]
    for alone, together in zip(finder([tall])[0], narrow, strict=True):
        np.testing.assert_array_equal(alone.crop, together.crop)
    assert finder([]) == []


def test_people_who_overlap_share_no_pixel():
    behind, before = Figure((0, 0, 6, 8), 0.5), Figure((3, 0, 8, 8), 0.9)
    [people] = PeopleFinder(fake_segmenter(behind, before))([GREY])
    front, back = (run_lengths.decode(person.run_lengths(80, 160)) for person in people)
    # In the cells from 60 on the surer one has 0.9 / 1.4 of the claims and so more than half;
    # linearly from 0.0025 in the cell around pixel 50 to 0.643 around 70, 0.5 is at 65.5.
    np.testing.assert_array_equal(front, np.tile(np.arange(160) >= 66, (80, 1)))
    np.testing.assert_array_equal(back, 1 - front)
    [people] = PeopleFinder(fake_segmenter(behind, before, separate=False))([GREY])
    front, back = (run_lengths.decode(person.run_lengths(80, 160)) for person in people)
    assert (front & back).sum() == 60 * 80


@pytest.mark.parametrize("style", [{"margin": -0.1}, {"fill": (0, 0, 256)}, {"fill": (1, 2)}])
def test_impossible_styles_are_refused(style):
    with pytest.raises(YolactError, match="expected"):
        CropStyle(**style)
