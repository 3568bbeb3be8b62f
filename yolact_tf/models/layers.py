"""Convolutions as PyTorch pads them, named by the official state dict's keys."""

import tensorflow as tf

_BATCH_NORM_EPSILON = 1e-5


def conv(
    x: tf.Tensor, name: str, filters: int, kernel: int, stride: int = 1, bias: bool = True
) -> tf.Tensor:
    """A convolution padded by half its kernel on all four sides.

    Unlike "same" padding, this puts the first window of a strided convolution half out
    of the image at every size, as the published weights expect.

    Args:
      x: float32 [N, H, W, C], a Keras tensor.
      name: Name of the layer, and of the module in the official state dict.
      filters, kernel, stride: Filters, kernel and stride of the convolution.
      bias: Whether it has one.
    """
    if kernel > 1 and stride > 1:
        x = tf.keras.layers.ZeroPadding2D(kernel // 2, name=f"{name}.pad")(x)
    return tf.keras.layers.Conv2D(
        filters,
        kernel,
        stride,
        padding="same" if stride == 1 else "valid",
        use_bias=bias,
        kernel_initializer="glorot_uniform",
        name=name,
    )(x)


def batch_norm(x: tf.Tensor, name: str) -> tf.Tensor:
    """Batch normalisation with PyTorch's epsilon."""
    return tf.keras.layers.BatchNormalization(epsilon=_BATCH_NORM_EPSILON, name=name)(x)
