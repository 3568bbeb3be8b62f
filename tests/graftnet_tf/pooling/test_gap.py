import numpy as np
import tensorflow as tf

from graftnet_tf.pooling import gap


def test_gap_is_the_mean_over_the_map():
    np.testing.assert_allclose(gap(tf.reshape(tf.range(8.0), [1, 2, 2, 2])), [[3.0, 4.0]])
