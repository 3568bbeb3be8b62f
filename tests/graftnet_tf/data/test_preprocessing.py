import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from graftnet_tf.data.preprocessing import Preprocessing

SQUARE = Preprocessing(height=40, width=40, low=-1.0, high=1.0)


def white(height, width, count=1):
    return tf.constant(np.full((count, height, width, 3), 255, np.uint8))


@pytest.mark.parametrize(
    ("height", "width", "rows", "columns"),
    [
        (80, 40, slice(0, 40), slice(10, 30)),
        (20, 40, slice(10, 30), slice(0, 40)),
        (7, 7, slice(0, 40), slice(0, 40)),
    ],
)
def test_images_keep_their_aspect_in_the_middle_of_black(height, width, rows, columns):
    boxed = SQUARE.letterbox(white(height, width)).numpy()[0]
    expected = np.zeros((40, 40, 3), np.uint8)
    expected[rows, columns] = 255
    np.testing.assert_array_equal(boxed, expected)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300))
def test_any_size_fills_one_side_and_no_more(height, width):
    boxed = SQUARE.letterbox(white(height, width)).numpy()[0, :, :, 0]
    filled_rows, filled_columns = (int((boxed == 255).any(axis).sum()) for axis in (1, 0))
    assert max(filled_rows, filled_columns) == 40
    assert min(filled_rows, filled_columns) == max(
        1, round(40 * min(height, width) / max(height, width))
    )


def test_an_image_of_the_input_size_is_unchanged():
    image = np.random.default_rng(0).integers(0, 256, (2, 40, 40, 3), dtype=np.uint8)
    np.testing.assert_array_equal(SQUARE.letterbox(tf.constant(image)), image)


def test_values_are_scaled_to_the_range():
    pixels = tf.constant([0, 51, 255], tf.uint8)
    np.testing.assert_allclose(SQUARE.scale(pixels), [-1.0, -0.6, 1.0], atol=1e-6)
    np.testing.assert_allclose(Preprocessing(8, 8).scale(pixels), [0.0, 0.2, 1.0], atol=1e-6)


def test_it_reads_back_from_a_manifest():
    assert Preprocessing(**SQUARE.to_dict()) == SQUARE
