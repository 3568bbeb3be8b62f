import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from yolact_tf.data.preprocessing import network_input, normalise


@pytest.fixture
def stripes(tiny):
    """Columns of black and white, four to each column of the input."""
    columns = np.tile([0, 255, 255, 0], tiny.size).astype(np.uint8)
    return np.broadcast_to(columns[None, None, :, None], (1, 4 * tiny.size, columns.size, 3))


def test_smoothing_makes_stripes_grey(tiny, stripes):
    smooth = network_input(stripes, dataclasses.replace(tiny, antialias=True))
    np.testing.assert_allclose(smooth[:, :, 1:-1], 0.5, atol=1e-3)


def test_without_smoothing_only_the_nearest_pixels_count(tiny, stripes):
    np.testing.assert_allclose(network_input(stripes, tiny), 1.0, atol=1e-6)


def test_each_channel_is_normalised_by_its_own(tiny):
    config = dataclasses.replace(tiny, backbone="resnet50")
    mean, std = (123.68, 116.78, 103.94), (58.40, 57.12, 57.38)
    colour = tf.constant([[[mean, np.add(mean, std)]]], tf.float32)
    np.testing.assert_allclose(normalise(colour, config), [[[[0] * 3, [1] * 3]]], atol=1e-5)
