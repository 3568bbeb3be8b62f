"""EfficientNetV2-B0 (Tan and Le 2021): each MBConv is a block, and the last convolution."""

import tensorflow as tf

from graftnet_tf.models.backbones.backbone import Backbone


def _make(weights: str | None) -> tf.keras.Model:
    return tf.keras.applications.EfficientNetV2B0(
        include_top=False, weights=weights, input_shape=(None, None, 3)
    )


EFFICIENTNET_V2_B0 = Backbone(
    name="efficientnet_v2_b0",
    title="EfficientNetV2-B0",
    make=_make,
    ends=(
        "block1a_project_activation",
        *("block2a_project_bn", "block2b_add"),
        *("block3a_project_bn", "block3b_add"),
        *("block4a_project_bn", "block4b_add", "block4c_add"),
        *("block5a_project_bn", *(f"block5{letter}_add" for letter in "bcde")),
        *("block6a_project_bn", *(f"block6{letter}_add" for letter in "bcdefgh")),
    ),
    channels=(16, *[32] * 2, *[48] * 2, *[96] * 3, *[112] * 5, *[192] * 8, 1280),
    min_side=32,
    graft_after=17,
    graft_from=5,
    public_weights="Keras's download, Apache 2.0",
    value_range=(0.0, 255.0),  # the network begins with the scaling that its weights want
)
