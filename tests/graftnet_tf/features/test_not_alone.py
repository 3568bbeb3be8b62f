import numpy as np
import tensorflow as tf

from graftnet_tf.features.not_alone import not_alone
from graftnet_tf.models.blocks import Blocks


def test_an_image_s_features_are_the_same_alone_as_beside_others():
    images = np.random.default_rng(0).uniform(-1, 1, (5, 80, 75, 3)).astype(np.float32)
    blocks = tf.function(not_alone(Blocks(0, 0)), reduce_retracing=True, autograph=False)
    features = blocks(tf.constant(images))
    for row in range(5):
        np.testing.assert_array_equal(blocks(tf.constant(images[row : row + 1]))[0], features[row])


def test_the_blocks_see_a_batch_of_one_twice_and_others_as_they_are():
    seen = []

    def doubled(inputs):
        seen.append(len(inputs))
        return 2 * inputs

    for count in (1, 2, 3):
        images = tf.reshape(tf.range(count * 2.0), [count, 2])
        np.testing.assert_array_equal(not_alone(doubled)(images), 2 * images)
    assert seen == [2, 2, 3]
