"""Small SavedModels from images to features, as somebody else might have made them."""

import tensorflow as tf


def save_frozen_model(
    directory: str, *, vectors: bool = False, dtype: tf.DType = tf.float32, side: int | None = None
) -> tf.keras.Model:
    """Saves a convolution to 6 channels, of images side × side where a side is given.

    Args:
      directory: Directory of the SavedModel.
      vectors: Whether it gives the mean over places and not a map.
      dtype: Of the images; those of uint8 are divided by 255.
      side: Height and width of the images; None for any.

    Returns:
      The network, from float32 images in 0…1.
    """
    tf.keras.utils.set_random_seed(5)
    network = tf.keras.Sequential(
        [
            tf.keras.Input((side, side, 3)),
            tf.keras.layers.Conv2D(6, 5, strides=3, activation="relu", bias_initializer="normal"),
            *([tf.keras.layers.GlobalAveragePooling2D()] if vectors else []),
        ]
    )

    @tf.function(input_signature=[tf.TensorSpec([None, side, side, 3], dtype, "pictures")])
    def features(pictures):
        scaled = tf.cast(pictures, tf.float32) / (255 if dtype == tf.uint8 else 1)
        return {"embedding": network(scaled)}

    tf.saved_model.save(network, directory, signatures={"serving_default": features})
    return network
