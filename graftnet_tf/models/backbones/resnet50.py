"""ResNet-50 (He et al. 2016): each residual block is a block."""

import tensorflow as tf

from graftnet_tf.models.backbones.backbone import Backbone

_BGR_MEANS = (103.939, 116.779, 123.68)  # of ImageNet, as the weights were trained
_STAGES = ((2, 3), (3, 4), (4, 6), (5, 3))  # number in the layers' names, residual blocks


def _make(weights: str | None) -> tf.keras.Model:
    images = tf.keras.Input((None, None, 3))
    bgr = tf.reverse(images, [-1])
    centred = tf.keras.layers.Rescaling(1.0, [-mean for mean in _BGR_MEANS])(bgr)
    return tf.keras.applications.ResNet50(include_top=False, weights=weights, input_tensor=centred)


RESNET50 = Backbone(
    name="resnet50",
    title="ResNet-50",
    make=_make,
    ends=tuple(
        f"conv{stage}_block{block}_out" for stage, count in _STAGES for block in range(1, count + 1)
    )[:-1],
    channels=(*[256] * 3, *[512] * 4, *[1024] * 6, *[2048] * 3),
    min_side=32,
    graft_after=9,
    graft_from=3,
    public_weights="Keras's download, MIT",
    value_range=(0.0, 255.0),
)
