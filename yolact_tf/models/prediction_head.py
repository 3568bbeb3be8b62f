"""The prediction head, shared by all levels (Bolya et al. 2019, section 3.1)."""

import tensorflow as tf

from yolact_tf.models.layers import conv

_NAME = "prediction_layers.0"


def build(channels: int, anchors: int, num_classes: int, prototypes: int) -> tf.keras.Model:
    """Builds the head as a model of its own, to be called on each level.

    Args:
      channels: C of the levels.
      anchors: Number of anchors at each cell, A.
      num_classes: Number of classes with background, K.
      prototypes: M.

    Returns:
      A model from float32 [N, h, w, C] to `loc` [N, h·w·A, 4], `conf` [N, h·w·A, K]
      (logits) and `mask` [N, h·w·A, M] (-1 to 1).
    """
    level = tf.keras.Input((None, None, channels))
    x = tf.keras.layers.ReLU()(conv(level, f"{_NAME}.upfeature.0", channels, kernel=3))

    def rows(part: str, size: int) -> tf.Tensor:
        y = conv(x, f"{_NAME}.{part}_layer", anchors * size, kernel=3)
        return tf.keras.layers.Reshape((-1, size))(y)

    return tf.keras.Model(
        level,
        {
            "loc": rows("bbox", 4),
            "conf": rows("conf", num_classes),
            "mask": tf.keras.layers.Activation("tanh")(rows("mask", prototypes)),
        },
        name="head",
    )
