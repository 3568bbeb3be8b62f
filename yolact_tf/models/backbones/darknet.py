"""DarkNet-53 (Redmon and Farhadi, YOLOv3, 2018)."""

import tensorflow as tf

from yolact_tf.models.layers import batch_norm, conv

_BLOCKS = (1, 2, 8, 8, 4)
_LEAK = 0.1


def build(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Builds the five stages.

    Args:
      images: float32 [N, S, S, 3], a Keras input.

    Returns:
      C3, C4, C5: float32 [N, ceil(S / 8), ceil(S / 8), 256] and so on.
    """
    x = _unit(images, "backbone._preconv", 32, kernel=3)
    outputs = []
    for stage, count in enumerate(_BLOCKS):
        filters, name = 32 * 2**stage, f"backbone.layers.{stage}"
        x = _unit(x, f"{name}.0", 2 * filters, kernel=3, stride=2)
        for block in range(1, count + 1):
            inner = _unit(x, f"{name}.{block}.conv1", filters, kernel=1)
            x = x + _unit(inner, f"{name}.{block}.conv2", 2 * filters, kernel=3)
        outputs.append(x)
    return outputs[2], outputs[3], outputs[4]


def _unit(x: tf.Tensor, name: str, filters: int, kernel: int, stride: int = 1) -> tf.Tensor:
    x = batch_norm(conv(x, f"{name}.0", filters, kernel, stride, bias=False), f"{name}.1")
    return tf.keras.layers.LeakyReLU(_LEAK)(x)
