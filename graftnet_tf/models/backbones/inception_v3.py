"""InceptionV3 (Szegedy et al. 2016), the paper's: blocks `mixed0` … `mixed10`."""

import tensorflow as tf

from graftnet_tf.models.backbones.backbone import Backbone


def _make(weights: str | None) -> tf.keras.Model:
    return tf.keras.applications.InceptionV3(
        include_top=False, weights=weights, input_shape=(None, None, 3)
    )


INCEPTION_V3 = Backbone(
    name="inception_v3",
    title="InceptionV3",
    make=_make,
    ends=tuple(f"mixed{block}" for block in range(10)),
    channels=(256, 288, 288, 768, 768, 768, 768, 768, 1280, 2048, 2048),
    min_side=75,  # below it the unpadded convolutions leave nothing of the image
    graft_after=7,
    graft_from=3,
    public_weights="Keras's download, Apache 2.0",
    archive_range=(0.0, 1.0),
)
