"""What a backbone's blocks cost: multiply-adds of their convolutions, size of their outputs."""

import dataclasses
import functools
import math

import numpy as np
import tensorflow as tf

from graftnet_tf.models.backbones import INCEPTION_V3
from graftnet_tf.models.backbones.backbone import Backbone, block_configs, with_layers

BACKWARD = 2  # a training step's further products: gradients of the inputs and of the kernels


@dataclasses.dataclass(frozen=True)
class BlockCosts:
    """Costs for one image of a given size.

    Attributes:
      multiply_adds: int64 [B], of each block's convolutions, forward.
      values: int64 [B], numbers in each block's output.
    """

    multiply_adds: np.ndarray
    values: np.ndarray

    @classmethod
    def of(cls, height: int, width: int, backbone: Backbone = INCEPTION_V3) -> "BlockCosts":
        """Costs of a backbone's B blocks for images of this size."""
        return _costs(height, width, backbone)

    def forward(self, first: int, last: int) -> int:
        """Multiply-adds of blocks first…last; none when `last` is before `first`."""
        return int(self.multiply_adds[first : last + 1].sum())

    def up_to(self, last: int) -> dict[str, list[int]]:
        """Both attributes of blocks 0…last, ready for JSON."""
        return {
            "multiply_adds": self.multiply_adds[: last + 1].tolist(),
            "values": self.values[: last + 1].tolist(),
        }


@functools.cache
def _costs(height: int, width: int, backbone: Backbone) -> BlockCosts:
    multiply_adds, values = np.zeros((2, backbone.last + 1), np.int64)
    shape = (height, width, 3)
    for number, config in enumerate(block_configs(backbone)):
        sized = with_layers(config, "InputLayer", batch_input_shape=(None, *shape))
        block = tf.keras.Model.from_config(sized)
        multiply_adds[number] = sum(map(_multiply_adds, block.layers))
        shape = block.output_shape[1:]
        values[number] = math.prod(shape)
    return BlockCosts(multiply_adds, values)


def _multiply_adds(layer: tf.keras.layers.Layer) -> int:
    if isinstance(layer, tf.keras.layers.DepthwiseConv2D):
        kernel = layer.depthwise_kernel
    elif isinstance(layer, tf.keras.layers.Conv2D):
        kernel = layer.kernel
    else:
        return 0
    return math.prod(layer.output_shape[1:3]) * math.prod(kernel.shape)
