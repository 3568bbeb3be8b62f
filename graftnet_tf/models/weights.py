"""Reading and writing the weights of InceptionV3 blocks."""

import os
import tempfile

import numpy as np
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.npz_archives import read_npz, write_npz
from graftnet_tf.models.blocks import Blocks, split
from graftnet_tf.workspace import manifest

NONE = "none"  # initial weights: stay random
UNIT = (0.0, 1.0)
SYMMETRIC = (-1.0, 1.0)


def value_range(source: str) -> tuple[float, float]:
    """Pixel values, low and high, that initial weights were made for.

    A published trunk's `weights.npz` keeps the trunk's range; other `.npz` archives take
    [0, 1]; everything of Keras's own, and training from nothing, takes [-1, 1].
    """
    if not source.endswith(".npz"):
        return SYMMETRIC
    directory = os.path.dirname(source)
    if tf.io.gfile.exists(os.path.join(directory, manifest.NAME)):
        preprocessing = manifest.read(directory)["preprocessing"]
        return preprocessing["low"], preprocessing["high"]
    return UNIT


def initialise(blocks: Blocks, source: str) -> None:
    """Gives blocks that start at 0 their initial weights.

    Args:
      blocks: Set in place.
      source: "none" leaves the random initialisation; "imagenet" is Keras's own download;
        else the path of an `.npz` archive (keys `000`, `001`, … in the order of Keras's
        `get_weights()`, or a published trunk's `weights.npz`) or of a Keras `.h5` file.

    Raises:
      GraftNetError: the source is unknown, unreadable or of another network.
    """
    if source == NONE:
        return
    if source == "imagenet":
        _set_from_network(blocks, _network("imagenet").get_weights())
    elif source.endswith(".npz"):
        arrays = read_npz(source)
        if any(key.startswith("block") for key in arrays):
            restore(blocks, arrays, source)
        else:
            _set_from_network(blocks, [arrays[key] for key in sorted(arrays)])
    elif source.endswith((".h5", ".hdf5")):
        _set_from_network(blocks, _read_h5(source))
    else:
        raise GraftNetError(
            f"Initial weights {source!r} are not known; expected none, imagenet, "
            "or the path of an .npz or .h5 file."
        )


def save(blocks: Blocks, path: str) -> None:
    """Writes every block's arrays to an `.npz` archive, keys `block00/000`, …"""
    write_npz(
        path,
        {
            _key(number, index): array
            for number in blocks.numbers()
            for index, array in enumerate(blocks.get_weights(number))
        },
    )


def load(blocks: Blocks, path: str) -> None:
    """Sets blocks from an archive that `save` wrote; blocks it has beyond them are left.

    Raises:
      GraftNetError: a block is missing or does not fit.
    """
    restore(blocks, read_npz(path), path)


def restore(blocks: Blocks, arrays: dict[str, np.ndarray], source: str) -> None:
    for number in blocks.numbers():
        prefix = _key(number, 0)[:-3]
        keys = sorted(key for key in arrays if key.startswith(prefix))
        if not keys:
            raise GraftNetError(f"{source} has no block {number}.")
        blocks.set_weights(number, [arrays[key] for key in keys])


def _key(block: int, index: int) -> str:
    return f"block{block:02d}/{index:03d}"


def _network(weights: str | None) -> tf.keras.Model:
    try:
        return tf.keras.applications.InceptionV3(
            include_top=False, weights=weights, input_shape=(None, None, 3)
        )
    except Exception as error:  # Keras raises bare Exception when its download fails
        raise GraftNetError(
            f"Keras could not fetch its ImageNet weights ({error}). Give the path of an "
            ".npz or .h5 file, or none."
        ) from error


def _set_from_network(blocks: Blocks, arrays: list[np.ndarray]) -> None:
    """Sets blocks from arrays in the order of the whole network's `get_weights()`."""
    network = _network(None)
    try:
        network.set_weights(arrays)
    except ValueError as error:
        raise GraftNetError(
            f"These are not the weights of an InceptionV3 without its top ({error})."
        ) from None
    parts = split(network)
    for number in blocks.numbers():
        blocks.set_weights(number, parts[number].get_weights())


def _read_h5(path: str) -> list[np.ndarray]:
    network = _network(None)
    try:
        with tempfile.TemporaryDirectory() as folder:
            local = os.path.join(folder, "weights.h5")
            tf.io.gfile.copy(path, local)
            network.load_weights(local)
    except tf.errors.NotFoundError:
        raise GraftNetError(f"Weights file {path} does not exist.") from None
    except (ValueError, OSError) as error:
        raise GraftNetError(
            f"{path} does not hold an InceptionV3 without its top ({error})."
        ) from None
    return network.get_weights()
