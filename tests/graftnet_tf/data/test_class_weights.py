import numpy as np

from graftnet_tf.data.class_weights import class_weights


def test_class_weights_give_every_class_the_same_say():
    weights = class_weights(np.array([0, 0, 0, 2]), 4)
    np.testing.assert_allclose(weights, [4 / (4 * 3), 0, 4 / 4, 0])
