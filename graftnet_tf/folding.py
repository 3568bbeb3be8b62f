"""Batch norms folded into the convolutions before them, for serving."""

import tensorflow as tf

from graftnet_tf.blocks import Blocks
from graftnet_tf.export import FULL_PRECISION


class FoldedBlocks(tf.Module):
    """What `Blocks` compute with stored statistics, with one convolution for each pair.

    InceptionV3's convolutions have no bias and each is followed by a batch norm without
    scale, so γ = 1: with standard deviation σ = √(variance + ε), kernel / σ and bias
    β − mean / σ give the same values up to rounding.

    Attributes:
      first, last: numbers of the first and last block.
    """

    def __init__(self, blocks: Blocks, precision: str = FULL_PRECISION):
        """Copies the weights of `blocks`.

        Args:
          blocks: to fold.
          precision: one of `export.PRECISIONS`. "bfloat16" keeps the weights so and computes
            in it; "float16" keeps the weights so and computes in float32.
        """
        super().__init__(name="folded_blocks")
        self.first, self.last = blocks.first, blocks.last
        policy = (
            _StoredInFloat16()
            if precision == "float16"
            else tf.keras.mixed_precision.Policy(precision)
        )
        self._compute_dtype = policy.compute_dtype
        self._models = [_folded(blocks[number], policy) for number in blocks.numbers()]

    def taps(self, inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        """Output of every block, as `Blocks.taps`: float32 in and out."""
        outputs = {}
        values = tf.cast(inputs, self._compute_dtype)
        for number, model in enumerate(self._models, self.first):
            values = model(values)
            outputs[f"block{number}"] = tf.cast(values, tf.float32)
        return outputs

    def __call__(self, inputs: tf.Tensor) -> tf.Tensor:
        """Output of the last block."""
        return self.taps(inputs)[f"block{self.last}"]


class _StoredInFloat16(tf.keras.mixed_precision.Policy):
    """Keras casts such variables where they are used."""

    def __init__(self):
        super().__init__("float32")

    @property
    def variable_dtype(self) -> str:
        return "float16"


def _folded(block: tf.keras.Model, policy: tf.keras.mixed_precision.Policy) -> tf.keras.Model:
    norms = {
        layer.input.node.layer.name: layer
        for layer in block.layers
        if isinstance(layer, tf.keras.layers.BatchNormalization)
    }

    def clone(layer: tf.keras.layers.Layer) -> tf.keras.layers.Layer:
        if isinstance(layer, tf.keras.layers.BatchNormalization):
            return tf.keras.layers.Activation("linear", name=layer.name, dtype=policy)
        config = {**layer.get_config(), "dtype": policy}
        if layer.name in norms:
            config["use_bias"] = True
        return type(layer).from_config(config)

    folded = tf.keras.models.clone_model(block, clone_function=clone)
    for name, norm in norms.items():
        deviation = tf.sqrt(norm.moving_variance + norm.epsilon)
        bias = norm.beta - norm.moving_mean / deviation
        folded.get_layer(name).set_weights([block.get_layer(name).kernel / deviation, bias])
    return folded
