"""What counts as motion: by hand, and in a drawn lift."""

import numpy as np
import pytest

from serving.advertising.lift_agent.motion import HEIGHT, WIDTH, MotionDetector
from serving.advertising.lift_agent.settings import MotionSettings
from tests.serving.advertising.lift_agent.drawn_lift import cabin, shot


def grey(level, size=(4, 5)):
    return np.full(size, level, np.uint8)


@pytest.fixture
def detector():
    return MotionDetector(MotionSettings(level=20, share=0.1, memory=10))


def test_the_first_picture_is_the_background(detector):
    assert not detector.moved(grey(200), 0)
    assert not detector.moved(grey(200), 1)
    assert detector.moved(grey(100), 2)


@pytest.mark.parametrize(("level", "moved"), [(79, True), (80, False), (120, False), (121, True)])
def test_a_pixel_has_changed_beyond_the_level(detector, level, moved):
    detector.moved(grey(100), 0)
    assert detector.moved(grey(level), 0) is moved


@pytest.mark.parametrize(("pixels", "moved"), [(1, False), (2, True), (3, True)])
def test_the_share_is_of_all_pixels(detector, pixels, moved):
    detector.moved(grey(100), 0)  # of 20 pixels, a tenth are 2
    picture = grey(100)
    picture.flat[:pixels] = 255
    assert detector.moved(picture, 0) is moved


@pytest.mark.parametrize(("level", "moved"), [(151, False), (152, True)])
def test_the_background_adapts_exponentially(detector, level, moved):
    detector.moved(grey(100), 0)
    assert detector.moved(grey(150), 10)  # then it is 100 + 50 (1 - 1/e) = 131.6
    assert detector.moved(grey(level), 20) is moved


def test_the_background_adapts_by_time_and_not_by_pictures():
    def moved_by(level, moments):
        detector = MotionDetector(MotionSettings(memory=10))
        detector.moved(grey(100), 0)
        for moment in moments:
            detector.moved(grey(140), moment)
        return detector.moved(grey(level), 8)

    once, often = (
        [moved_by(level, moments) for level in range(256)]
        for moments in ([8], np.arange(0.5, 8.1, 0.5))
    )
    assert once == often
    assert once.index(False) == 103  # the background is 100 + 40 (1 - exp(-0.8)) = 122.03


def seen(detector, frames):
    return [detector.moved(frame.grey(WIDTH, HEIGHT), frame.captured_at) for frame in frames]


@pytest.mark.parametrize("seed", range(3))
def test_slow_light_and_noise_are_no_motion(seed):
    noise = np.random.default_rng(seed)
    dusk = [  # a third of the light goes within two minutes
        shot(cabin(person=False, light=1 - moment / 360), moment, noise)
        for moment in np.arange(0, 120, 0.5)
    ]
    assert not any(seen(MotionDetector(MotionSettings()), dusk))


@pytest.mark.parametrize("seed", range(3))
def test_a_person_who_enters_and_one_who_leaves_are_motion(seed):
    noise = np.random.default_rng(seed)
    detector = MotionDetector(MotionSettings())

    def during(start, end, *, person):
        moments = np.arange(start, end, 0.5)
        return seen(detector, [shot(cabin(person=person), moment, noise) for moment in moments])

    assert not any(during(0, 10, person=False))
    standing = during(10, 110, person=True)
    assert all(standing[:20]), "not yet taken into the background"
    assert not any(standing[100:]), "taken into it"
    assert during(110, 111, person=False)[0]
