"""The protonet: prototype masks of a whole image (Bolya et al. 2019, section 3.1)."""

import tensorflow as tf

from yolact_tf.models.layers import conv


def build(p3: tf.Tensor, channels: int, prototypes: int) -> tf.Tensor:
    """Builds the prototypes on the finest level.

    Args:
      p3: float32 [N, h, w, C].
      channels: Channels of the convolutions in between.
      prototypes: K.

    Returns:
      float32 [N, 2h, 2w, K], not negative.
    """
    x = p3
    for index in (0, 2, 4):
        x = tf.keras.layers.ReLU()(conv(x, f"proto_net.{index}", channels, kernel=3))
    x = tf.keras.layers.UpSampling2D(2, interpolation="bilinear")(x)
    x = tf.keras.layers.ReLU()(conv(x, "proto_net.8", channels, kernel=3))
    return tf.keras.layers.ReLU(name="proto")(conv(x, "proto_net.10", prototypes, kernel=1))
