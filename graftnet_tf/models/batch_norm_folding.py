"""Blocks rewritten for serving: the same values in fewer operations on fewer numbers."""

import tensorflow as tf

from graftnet_tf.models.blocks import Blocks
from graftnet_tf.models.saved_model import FULL_PRECISION

_CONVOLUTIONS = (tf.keras.layers.Conv2D, tf.keras.layers.DepthwiseConv2D)


class FoldedBlocks(tf.Module):
    """What `Blocks` compute with stored statistics, up to rounding.

    **Batch norms are folded into the convolutions before them.** With standard deviation
    σ = √(variance + ε) and a convolution's own bias b, kernel · γ / σ and bias
    β − (mean − b) · γ / σ give the same values.

    **Averages are taken after the 1×1 convolution** that follows them in a block. Both are
    linear, the one over places, the other over channels, so their order does not matter;
    after the convolution InceptionV3 has 4 to 11 times fewer channels left to average.

    Attributes:
      first, last: Numbers of the first and last block.
    """

    def __init__(self, blocks: Blocks, precision: str = FULL_PRECISION):
        """Copies the weights of `blocks`.

        Args:
          blocks: Blocks to fold.
          precision: One of `saved_model.PRECISIONS`. "bfloat16" keeps the weights so and computes
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
        return self.taps(inputs).get(f"block{self.last}", inputs)


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
        and isinstance(layer.input.node.layer, _CONVOLUTIONS)
    }
    gone = {norm.name for norm in norms.values()}
    exchanged = _poolings_and_projections(block)

    def clone(layer: tf.keras.layers.Layer) -> tf.keras.layers.Layer:
        layer = exchanged.get(layer.name, layer)
        if layer.name in gone:
            return tf.keras.layers.Activation("linear", name=layer.name, dtype=policy)
        config = {**layer.get_config(), "dtype": policy}
        if layer.name in norms:
            config["use_bias"] = True
        return type(layer).from_config(config)

    folded = tf.keras.models.clone_model(block, clone_function=clone)
    for layer in block.layers:
        if layer.name in norms:
            folded.get_layer(layer.name).set_weights(_folded_weights(layer, norms[layer.name]))
        elif layer.name not in gone:
            folded.get_layer(layer.name).set_weights(layer.get_weights())
    return folded


def _folded_weights(
    convolution: tf.keras.layers.Layer, norm: tf.keras.layers.BatchNormalization
) -> list[tf.Tensor]:
    """Kernel and bias of a convolution that does what it and its batch norm do."""
    depthwise = isinstance(convolution, tf.keras.layers.DepthwiseConv2D)
    kernel = tf.identity(convolution.depthwise_kernel if depthwise else convolution.kernel)
    deviation, centre = tf.sqrt(norm.moving_variance + norm.epsilon), tf.identity(norm.moving_mean)
    if convolution.use_bias:
        centre -= convolution.bias
    if norm.scale:
        kernel *= norm.gamma[:, tf.newaxis] if depthwise else norm.gamma
        centre *= norm.gamma
    kernel /= deviation[:, tf.newaxis] if depthwise else deviation
    return [kernel, norm.beta - centre / deviation]


def _poolings_and_projections(block: tf.keras.Model) -> dict[str, tf.keras.layers.Layer]:
    """The 1×1 convolution in place of each average pooling before it, and the other way round."""
    exchanged: dict[str, tf.keras.layers.Layer] = {}
    for layer in block.layers:
        if isinstance(layer, tf.keras.layers.Conv2D):
            before = layer.input.node.layer
            averaged = isinstance(before, tf.keras.layers.AveragePooling2D)
            if averaged and layer.kernel_size == (1, 1):
                exchanged |= {before.name: layer, layer.name: before}
    return exchanged
