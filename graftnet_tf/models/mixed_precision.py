"""Convolutions in bfloat16, on float32 variables (Micikevicius et al. 2018, section 3.1)."""

import tensorflow as tf


def convolved_in_bfloat16(model: tf.keras.Model) -> tf.keras.Model:
    """A model of the same layers and variables, whose convolutions are computed in bfloat16.

    Depthwise ones, which take next to nothing, stay as they are.

    Args:
      model: Functional model.
    """

    def clone(layer: tf.keras.layers.Layer) -> tf.keras.layers.Layer:
        return _Bfloat16(layer) if isinstance(layer, tf.keras.layers.Conv2D) else layer

    return tf.keras.models.clone_model(model, clone_function=clone)


class _Bfloat16(tf.keras.layers.Layer):
    """A convolution's values, of inputs and a kernel that are rounded to bfloat16."""

    def __init__(self, convolution: tf.keras.layers.Conv2D):
        super().__init__(name=convolution.name)
        self._convolution = convolution

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        convolution = self._convolution
        kernel = tf.cast(convolution.kernel, tf.bfloat16)
        outputs = convolution.convolution_op(tf.cast(inputs, tf.bfloat16), kernel)
        outputs = tf.cast(outputs, inputs.dtype)
        if convolution.use_bias:
            outputs = tf.nn.bias_add(outputs, convolution.bias)
        return convolution.activation(outputs)
