"""Global average pooling (Lin, Chen and Yan 2014, "Network in Network", section 3.2)."""

import tensorflow as tf


def gap(features: tf.Tensor) -> tf.Tensor:
    """Mean over the map: float32 [N, h, w, c] to [N, c]."""
    return tf.reduce_mean(features, axis=(1, 2))
