"""Windows and letterboxes in numbers."""

import numpy as np
import pytest
import tensorflow as tf

from yolact_tf.ops.crops import letterbox, windows


def test_windows_are_wider_and_stay_in_the_image():
    boxes = tf.constant([[[10, 20, 30, 60], [0, 0, 100, 80]], [[97, 1, 100, 4], [0, 0, 0, 0]]])
    result = windows(boxes, 0.25, 80, 100).numpy().tolist()
    assert result == [
        [[5, 10, 35, 70], [0, 0, 100, 80]],
        [[96, 0, 100, 5], [0, 0, 0, 0]],
    ]


@pytest.mark.parametrize(
    ("size", "rows", "columns"),
    [
        ((20, 10), slice(0, 8), slice(4, 8)),
        ((5, 15), slice(2, 6), slice(0, 12)),
        ((2, 900), slice(3, 4), slice(0, 12)),
    ],
)
def test_letterboxes_keep_the_aspect_between_black(size, rows, columns):
    crop = np.full((*size, 3), 200, np.uint8)
    result = letterbox(crop, 8, 12).numpy()
    expected = np.zeros((8, 12, 3), np.uint8)
    expected[rows, columns] = 200
    np.testing.assert_array_equal(result, expected)
