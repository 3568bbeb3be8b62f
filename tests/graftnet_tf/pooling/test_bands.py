import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.pooling import bands


def rows(*values):
    """float32 [1, rows, 2, 2]: each row's second channel is minus its first."""
    column = np.array(values, np.float32)[:, None, None]
    return tf.constant(np.tile(np.concatenate([column, -column], 2), (1, 2, 1))[None])


@pytest.mark.parametrize(
    ("height_values", "expected"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4]),
        ([1, 3, 5, 7, 9, 11, 13, 15], [2, 6, 10, 14]),
        ([1, 2, 3, 4, 6], [1, 2, 3, 5]),
        ([1, 2, 3], [1, 1, 2, 3]),
        ([1, 2], [1, 1, 2, 2]),
        ([7], [7, 7, 7, 7]),
    ],
)
def test_bands_are_means_top_to_bottom_also_of_fewer_rows(height_values, expected):
    pooled = bands(rows(*height_values)).numpy().reshape(4, 2)
    np.testing.assert_allclose(pooled, np.stack([expected, np.negative(expected)], 1))
