"""From images to the network's input."""

import tensorflow as tf

from yolact_tf.config import YolactConfig
from yolact_tf.models.backbones import BACKBONES


def network_input(images: tf.Tensor, config: YolactConfig) -> tf.Tensor:
    """Squashes images to the network's square and normalises them.

    Args:
      images: uint8 or float32 [N, H, W, 3], RGB of 0 … 255.
      config: Names the size and the backbone.

    Returns:
      float32 [N, S, S, 3]: resized bilinearly with half-pixel centres, then normalised.
    """
    side = (config.size, config.size)
    return normalise(tf.image.resize(images, side, antialias=config.antialias), config)


def normalise(images: tf.Tensor, config: YolactConfig) -> tf.Tensor:
    """(RGB - mean) / std of the backbone, from and to float32 [..., 3]."""
    backbone = BACKBONES[config.backbone]
    return (images - tf.constant(backbone.mean)) / tf.constant(backbone.std)
