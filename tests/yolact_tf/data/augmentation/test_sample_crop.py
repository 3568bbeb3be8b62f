import numpy as np
import pytest

from yolact_tf.data.augmentation.expand import expand
from yolact_tf.data.augmentation.sample_crop import sample_crop
from yolact_tf.data.augmentation.window import Window

WHOLE = Window(-10, -20, 100, 80)
BOXES = np.array([[0, 0, 10, 10], [40, 20, 80, 50], [20, 0, 30, 40]], float)
CROWDS = np.array([False, False, True])


@pytest.mark.parametrize("seed", range(40))
def test_a_crop_lies_inside_and_keeps_objects_by_their_centre(seed):
    window, kept = sample_crop(WHOLE, BOXES, CROWDS, np.random.default_rng(seed))
    assert window.left >= -10
    assert window.top >= -20
    assert window.left + window.width <= 90
    assert window.top + window.height <= 60
    if window == WHOLE:
        assert kept.all()
        return
    assert 30 <= window.width <= 100
    assert 24 <= window.height <= 80
    assert 0.5 <= window.height / window.width <= 2
    x, y = np.array([[5, 5], [60, 35], [25, 20]]).T
    inside_x = (x > window.left) & (x < window.left + window.width)
    inside_y = (y > window.top) & (y < window.top + window.height)
    np.testing.assert_array_equal(kept, inside_x & inside_y)
    assert kept[:2].any()


def test_one_in_six_stays_whole():
    rng = np.random.default_rng(0)
    centre = np.array([[39, 19, 41, 21]], float)
    whole = sum(sample_crop(WHOLE, centre, np.array([False]), rng)[0] == WHOLE for _ in range(1200))
    assert 150 < whole < 250


@pytest.mark.parametrize("crowds", [[], [True]])
def test_without_an_object_nothing_is_cropped(crowds):
    boxes = BOXES[: len(crowds)]
    for seed in range(20):
        window, kept = sample_crop(
            WHOLE, boxes, np.array(crowds, bool), np.random.default_rng(seed)
        )
        assert window == WHOLE
        assert kept.tolist() == [True] * len(crowds)


@pytest.mark.parametrize("seed", range(20))
def test_an_expanded_window_holds_the_given_one(seed):
    wide = expand(WHOLE, (1.5, 3.0), np.random.default_rng(seed))
    factor = wide.width / WHOLE.width
    assert 1.5 <= factor <= 3
    assert wide.height == pytest.approx(WHOLE.height * factor)
    assert wide.left <= WHOLE.left
    assert wide.top <= WHOLE.top
    assert wide.left + wide.width >= WHOLE.left + WHOLE.width
    assert wide.top + wide.height >= WHOLE.top + WHOLE.height
