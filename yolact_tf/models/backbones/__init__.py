"""The networks that features come from: one file each, any of them by name."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import tensorflow as tf

from yolact_tf.models.backbones import darknet, inception_v3, resnet

IMAGENET_MEAN = (123.68, 116.78, 103.94)
IMAGENET_STD = (58.40, 57.12, 57.38)


@dataclass(frozen=True)
class Backbone:
    """How a backbone is built and what it is fed.

    Attributes:
      build: Function from a Keras input float32 [N, S, S, 3] to C3, C4, C5: features at strides 8,
        16 and 32, with sides ceil(S / 8) and so on.
      mean, std: Mean and standard deviation of each channel, in values of 0 … 255; inputs are (RGB
        - mean) / std.
    """

    build: Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor, tf.Tensor]]
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (255.0, 255.0, 255.0)


BACKBONES = {
    "resnet50": Backbone(partial(resnet.build, blocks=(3, 4, 6, 3)), IMAGENET_MEAN, IMAGENET_STD),
    "resnet101": Backbone(partial(resnet.build, blocks=(3, 4, 23, 3)), IMAGENET_MEAN, IMAGENET_STD),
    "darknet53": Backbone(darknet.build),
    "inception_v3": Backbone(inception_v3.build),
}
