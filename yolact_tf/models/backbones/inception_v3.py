"""InceptionV3 (Szegedy et al. 2015), padded so that features lie on the image's grid."""

import itertools

import tensorflow as tf

from graftnet_tf.io.npz_archives import read_npz
from yolact_tf.errors import YolactError

_STAGES = ("mixed2", "mixed7", "mixed8")


def build(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Builds blocks 0 to 8; the last two are the ones most bound to their first task.

    Keras's network has unpadded convolutions and poolings, after which cell i no longer
    stands for the i-th part of the image; here every one of them is padded.

    Args:
      images: float32 [N, S, S, 3], a Keras input.

    Returns:
      C3, C4, C5: float32 [N, ceil(S / 8), ceil(S / 8), 288], then 768 and 1280 channels.
    """
    whole = _padded(images)
    c3, c4, c5 = (whole.get_layer(stage).output for stage in _STAGES)
    return c3, c4, c5


def load_public_weights(backbone: tf.keras.Model, path: str) -> None:
    """Fills a backbone from the arrays of a whole InceptionV3 without its top.

    Args:
      backbone: a Keras model made of the layers of `build`.
      path: An .npz with keys "000" … "375" in the order of Keras's `get_weights()`, made
        for inputs of 0 … 1.

    Raises:
      YolactError: the file is missing or no archive, or its arrays are not those of an InceptionV3.
    """
    arrays = read_npz(path, error=YolactError)
    values = [arrays[key] for key in sorted(arrays)]
    whole = _padded(tf.keras.Input((None, None, 3)))
    if [value.shape for value in values] != [weight.shape for weight in whole.weights]:
        raise YolactError(
            f"{path} holds {len(values)} arrays that are not, one by one, those of an "
            f"InceptionV3 without its top ({len(whole.weights)} arrays)."
        )
    whole.set_weights(values)
    for layer in backbone.layers:
        if layer.weights:
            layer.set_weights(whole.get_layer(layer.name).get_weights())


def _padded(images: tf.Tensor) -> tf.keras.Model:
    """Keras's InceptionV3 with "same" padding throughout and names that repeat."""
    numbers = itertools.count()

    def padded(layer: tf.keras.layers.Layer) -> tf.keras.layers.Layer:
        config = layer.get_config()
        if config.get("padding") == "valid":
            config["padding"] = "same"
        if layer.weights:
            config["name"] = f"backbone.{type(layer).__name__}.{next(numbers)}"
        return type(layer).from_config(config)

    published = tf.keras.applications.InceptionV3(
        include_top=False, weights=None, input_shape=(None, None, 3)
    )
    return tf.keras.models.clone_model(published, images, padded)
