import numpy as np
import pytest
import tensorflow as tf

from yolact_tf.data.augmentation.photometric import distort

IMAGE = np.random.default_rng(0).integers(0, 256, (8, 9, 3), np.uint8)


@pytest.mark.parametrize("index", range(10))
def test_colours_stay_in_range_and_follow_from_the_seed(index):
    seed = tf.constant([5, index], tf.int64)
    changed = distort(IMAGE, seed).numpy()
    assert changed.shape == (8, 9, 3)
    assert changed.min() >= 0
    assert changed.max() <= 255
    np.testing.assert_array_equal(changed, distort(IMAGE, seed))


def test_grey_has_neither_hue_nor_saturation_so_only_light_changes_it():
    grey = np.full((2, 2, 3), 100, np.uint8)
    values = []
    for index in range(80):
        changed = distort(grey, tf.constant([1, index], tf.int64)).numpy()
        assert np.ptp(changed) < 1e-3
        values.append(changed.mean())
    assert min(values) >= (100 - 32) * 0.5
    assert max(values) <= (100 + 32) * 1.5
    unchanged = np.mean(np.isclose(values, 100, atol=1e-3))
    assert 0.1 < unchanged < 0.45  # a quarter has neither brightness nor contrast changed
