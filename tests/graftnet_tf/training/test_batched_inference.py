"""Tests of running a function over many rows."""

import numpy as np
import pytest
import tensorflow as tf

from graftnet_tf.data.image_reader import UnreadableRowsError
from graftnet_tf.errors import GraftNetError
from graftnet_tf.training.batched_inference import apply_readable
from tests.array_reader import ArrayReader

IMAGES = np.arange(10, dtype=np.uint8)[:, None, None, None] * np.ones([80, 75, 3], np.uint8)


class Broken(ArrayReader):
    """Rows 2, 3 and 9 turn out to be unreadable once they are read."""

    def read(self, rows):
        bad = np.isin(rows, (2, 3, 9))
        self.unreadable[rows[bad]] = True
        if bad.any():
            raise UnreadableRowsError
        return super().read(rows)


def brightness(images):
    return tf.reduce_mean(tf.cast(images, tf.float32), axis=[1, 2, 3])


def test_rows_that_turn_out_unreadable_are_left_out():
    reader = Broken(IMAGES)
    rows = np.array([9, 4, 2, 3, 0, 7, 4])
    left, outputs = apply_readable(
        reader, brightness, reader.read, rows, batch=2, description="Brightness"
    )
    assert left.tolist() == [4, 0, 7, 4]
    np.testing.assert_allclose(outputs, [4, 0, 7, 4])


def test_nothing_readable_is_an_error():
    reader = Broken(IMAGES)
    with pytest.raises(GraftNetError, match="None of the training images"):
        apply_readable(reader, brightness, reader.read, np.array([2, 9]), description="Brightness")
