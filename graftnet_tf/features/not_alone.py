"""Blocks that give an image the same features alone as beside others."""

from collections.abc import Callable

import tensorflow as tf

FrozenBlocks = Callable[[tf.Tensor], tf.Tensor]


def not_alone(blocks: FrozenBlocks) -> FrozenBlocks:
    """The blocks, which see the image of a batch of one twice.

    oneDNN, as TensorFlow 2.21 has it, convolves a batch of one in another way than larger ones:
    its features differ in their last bits, and with them what is trained on them.

    Args:
      blocks: Function of [n, …] that treats each row by itself.

    Returns:
      The same function, for n of 1 or more.
    """

    def seen_twice(inputs: tf.Tensor) -> tf.Tensor:
        count = tf.shape(inputs)[0]
        again = inputs[: tf.cast(count == 1, tf.int32)]
        return blocks(tf.concat([inputs, again], axis=0))[:count]

    return seen_twice
