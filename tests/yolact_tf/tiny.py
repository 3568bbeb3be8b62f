"""A network small enough to be built and trained within a test."""

import pytest
import tensorflow as tf

from yolact_tf import config
from yolact_tf.models import backbones
from yolact_tf.models.backbones import Backbone
from yolact_tf.models.layers import batch_norm, conv

TINY = config.YolactConfig(
    "tiny",
    "tiny",
    size=64,
    scales=(8.0, 16.0, 24.0, 40.0, 56.0),
    square_anchors=False,
    fpn_channels=16,
    proto_channels=8,
    prototypes=4,
)


def _build(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    x, stages = images, []
    for stage, channels in enumerate((8, 8, 16, 16, 16)):
        x = conv(x, f"backbone.layers.{stage}.conv", channels, kernel=3, stride=2, bias=False)
        x = batch_norm(x, f"backbone.layers.{stage}.bn")
        x = tf.keras.layers.ReLU(name=f"stage{stage}")(x)
        stages.append(x)
    return stages[2], stages[3], stages[4]


def register(
    patch: pytest.MonkeyPatch, settings: config.YolactConfig = TINY
) -> config.YolactConfig:
    """Makes the network known by its name, for as long as `patch` lasts."""
    patch.setitem(backbones.BACKBONES, "tiny", Backbone(_build))
    patch.setitem(config.CONFIGS, "tiny", settings)
    return settings
