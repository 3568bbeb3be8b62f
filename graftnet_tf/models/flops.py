"""What InceptionV3's blocks cost: multiply-adds of their convolutions, size of their outputs."""

import dataclasses

import numpy as np
import tensorflow as tf

from graftnet_tf.models.blocks import COUNT

BACKWARD = 2  # a training step's further products: gradients of the inputs and of the kernels


@dataclasses.dataclass(frozen=True)
class BlockCosts:
    """Costs for one image of a given size.

    Attributes:
      multiply_adds: int64 [11], of each block's convolutions, forward.
      values: int64 [11], numbers in each block's output.
    """

    multiply_adds: np.ndarray
    values: np.ndarray

    @classmethod
    def of(cls, height: int, width: int) -> "BlockCosts":
        """Costs for images of this size."""
        network = tf.keras.applications.InceptionV3(
            include_top=False, weights=None, input_shape=(height, width, 3)
        )
        multiply_adds, values = np.zeros((2, COUNT), np.int64)
        block = 0  # layer ranges are contiguous per block
        for layer in network.layers:
            if isinstance(layer, tf.keras.layers.Conv2D):
                positions = np.prod(layer.output_shape[1:3])
                multiply_adds[block] += positions * np.prod(layer.kernel.shape)
            if layer.name == f"mixed{block}":
                values[block] = np.prod(layer.output_shape[1:])
                block += 1
        return cls(multiply_adds, values)

    def forward(self, first: int, last: int) -> int:
        """Multiply-adds of blocks first…last; none when `last` is before `first`."""
        return int(self.multiply_adds[first : last + 1].sum())
