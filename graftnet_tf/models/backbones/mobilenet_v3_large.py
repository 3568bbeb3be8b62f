"""MobileNetV3-Large (Howard et al. 2019): each bottleneck is a block, and the last convolution."""

import tensorflow as tf

from graftnet_tf.models.backbones.backbone import Backbone

_BOTTLENECKS = ("expanded_conv", *(f"expanded_conv_{number}" for number in range(1, 15)))
_WITHOUT_SHORTCUT = (1, 3, 6, 10, 12)


def _make(weights: str | None) -> tf.keras.Model:
    return tf.keras.applications.MobileNetV3Large(
        include_top=False,
        weights=weights,
        input_shape=(None, None, 3),
        include_preprocessing=False,
    )


MOBILENET_V3_LARGE = Backbone(
    name="mobilenet_v3_large",
    title="MobileNetV3-Large",
    make=_make,
    ends=tuple(
        f"{name}/{'project/BatchNorm' if number in _WITHOUT_SHORTCUT else 'Add'}"
        for number, name in enumerate(_BOTTLENECKS)
    ),
    channels=(16, *[24] * 2, *[40] * 3, *[80] * 4, *[112] * 2, *[160] * 3, 960),
    min_side=32,
    graft_after=11,
    graft_from=6,
    public_weights="Keras's download, Apache 2.0",
)
