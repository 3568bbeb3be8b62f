"""One vector per image: a block of the trunk, averaged over its places."""

from collections.abc import Callable

import tensorflow as tf

from graftnet_tf.trunk.trunk import Trunk


def block_means(trunk: Trunk, block: int | None = None) -> Callable[[tf.Tensor], tf.Tensor]:
    """The function of images that gives their vectors, traced once.

    Args:
      trunk: A published trunk.
      block: Number of the block that is averaged; the trunk's last by default.

    Returns:
      Function of uint8 [N, height, width, 3] of the trunk's input size to float32 [N, D], D being
      the block's channels.

    Raises:
      GraftNetError: the trunk ends before the block.
    """
    blocks = trunk.blocks(0, trunk.last_block if block is None else block)
    scale = trunk.preprocessing.scale
    return tf.function(
        lambda images: tf.reduce_mean(blocks(scale(images)), axis=[1, 2]),
        reduce_retracing=True,
        autograph=False,
    )
