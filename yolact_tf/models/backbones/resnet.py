"""ResNet (He et al. 2015) as torchvision has it: the stride in the 3x3 convolution."""

import tensorflow as tf

from yolact_tf.models.layers import batch_norm, conv

_EXPANSION = 4


def build(
    images: tf.Tensor, blocks: tuple[int, int, int, int]
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Builds the four stages.

    Args:
      images: float32 [N, S, S, 3], a Keras input.
      blocks: Bottlenecks of each stage.

    Returns:
      C3, C4, C5: float32 [N, ceil(S / 8), ceil(S / 8), 512] and so on, after their ReLU.
    """
    x = conv(images, "backbone.conv1", 64, kernel=7, stride=2, bias=False)
    x = tf.keras.layers.ReLU()(batch_norm(x, "backbone.bn1"))
    x = tf.keras.layers.ZeroPadding2D(1)(x)
    x = tf.keras.layers.MaxPooling2D(3, 2)(x)
    outputs = []
    for stage, count in enumerate(blocks):
        for block in range(count):
            x = _bottleneck(
                x,
                f"backbone.layers.{stage}.{block}",
                filters=64 * 2**stage,
                stride=2 if stage and not block else 1,
                project=not block,
            )
        outputs.append(x)
    return outputs[1], outputs[2], outputs[3]


def _bottleneck(x: tf.Tensor, name: str, filters: int, stride: int, project: bool) -> tf.Tensor:
    shortcut = x
    if project:
        shortcut = conv(x, f"{name}.downsample.0", filters * _EXPANSION, 1, stride, bias=False)
        shortcut = batch_norm(shortcut, f"{name}.downsample.1")
    for part, (width, kernel, step) in enumerate(
        [(filters, 1, 1), (filters, 3, stride), (filters * _EXPANSION, 1, 1)], start=1
    ):
        x = conv(x, f"{name}.conv{part}", width, kernel, step, bias=False)
        x = batch_norm(x, f"{name}.bn{part}")
        if part < 3:
            x = tf.keras.layers.ReLU()(x)
    return tf.keras.layers.ReLU()(x + shortcut)
