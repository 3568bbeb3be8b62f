"""Reading and writing the weights of a backbone's blocks."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.npz_archives import read_npz, write_npz
from graftnet_tf.io.torch_checkpoint import read_state_dict
from graftnet_tf.io.torch_variables import from_torch, torch_key
from graftnet_tf.models.backbones import BACKBONES, INCEPTION_V3, recorded_name
from graftnet_tf.models.backbones.backbone import Backbone
from graftnet_tf.models.blocks import Blocks
from graftnet_tf.workspace import manifest

NONE = "none"  # initial weights: stay random


def value_range(source: str, backbone: Backbone = INCEPTION_V3) -> tuple[float, float]:
    """Pixel values, low and high, that initial weights were made for.

    A published trunk's `weights.npz` keeps the trunk's range; other `.npz` archives take the
    backbone's `archive_range` (InceptionV3's: [0, 1]); all else its `value_range` ([-1, 1]).
    """
    if not source.endswith(".npz"):
        return backbone.value_range
    if published := _published(source):
        preprocessing = published["preprocessing"]
        return preprocessing["low"], preprocessing["high"]
    return backbone.archive_range or backbone.value_range


def initialise(blocks: Blocks, source: str) -> None:
    """Gives blocks that start at 0 their initial weights.

    Args:
      blocks: Set in place.
      source: "none" leaves the random initialisation; "imagenet" is Keras's own download;
        else the path of an `.npz` archive (keys `000`, `001`, … in the order of Keras's
        `get_weights()`, or a published trunk's `weights.npz`), of a Keras `.h5` or `.keras` file,
        or, where the backbone has `layer_of_module`, of a PyTorch state dict (`.pth`).

    Raises:
      GraftNetError: the source is unknown, unreadable or of another network, which is named where
        it is one of `BACKBONES`.
    """
    backbone = blocks.backbone
    if source == NONE:
        return
    if source == "imagenet":
        _set_from_network(blocks, _download(backbone))
    elif source.endswith(".npz"):
        _set_from_archive(blocks, source)
    elif source.endswith((".h5", ".hdf5")):
        _set_from_network(blocks, _read_h5(backbone, source))
    elif source.endswith(".keras"):
        _set_from_arrays(blocks, _read_keras(source), source)
    elif source.endswith(".pth") and backbone.layer_of_module:
        arrays = _read_torch(backbone, source, backbone.layer_of_module)
        _set_from_arrays(blocks, arrays, source)
    else:
        raise GraftNetError(
            f"Initial weights {source!r} are not known; expected none, imagenet, "
            f"or the path of an .npz{', .pth' if backbone.layer_of_module else ''}, .keras or .h5 "
            "file."
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
        if not keys and blocks[number].weights:
            raise GraftNetError(f"{source} has no block {number}.")
        blocks.set_weights(number, [arrays[key] for key in keys])


def _key(block: int, index: int) -> str:
    return f"block{block:02d}/{index:03d}"


def _published(source: str) -> dict[str, Any] | None:
    """The manifest of the published trunk that an archive belongs to."""
    directory = os.path.dirname(source)
    if not tf.io.gfile.exists(os.path.join(directory, manifest.NAME)):
        return None
    return manifest.read(directory)


def _set_from_archive(blocks: Blocks, source: str) -> None:
    arrays, published = read_npz(source), _published(source)
    if not any(key.startswith("block") for key in arrays):
        _set_from_arrays(blocks, [arrays[key] for key in sorted(arrays)], source)
        return
    name = recorded_name(published) if published else blocks.backbone.name
    if name != blocks.backbone.name:
        raise GraftNetError(
            f"{source} is of a trunk of {name}, not of {blocks.backbone.name}: give "
            f"--backbone={name}, or other weights."
        )
    restore(blocks, arrays, source)


def _download(backbone: Backbone) -> tf.keras.Model:
    try:
        return backbone.make("imagenet")
    except GraftNetError:
        raise
    except Exception as error:  # Keras raises bare Exception when its download fails
        raise GraftNetError(
            f"Keras could not fetch its ImageNet weights ({error}). Give the path of an "
            ".npz or .h5 file, or none."
        ) from error


def _set_from_arrays(blocks: Blocks, arrays: list[np.ndarray], source: str) -> None:
    """Sets blocks from arrays in the order of the whole network's `get_weights()`."""
    backbone = blocks.backbone
    network = backbone.make(None)
    if not _fit(network, arrays):
        raise _other_network(backbone, source, lambda other: _fit(other, arrays))
    network.set_weights(arrays)
    _set_from_network(blocks, network)


def _set_from_network(blocks: Blocks, network: tf.keras.Model) -> None:
    parts = blocks.backbone.split(network)
    for number in blocks.numbers():
        blocks.set_weights(number, parts[number].get_weights())


def _fit(network: tf.keras.Model, arrays: list[np.ndarray]) -> bool:
    return [tuple(v.shape) for v in network.weights] == [np.shape(array) for array in arrays]


def _read_h5(backbone: Backbone, path: str) -> tf.keras.Model:
    with _local_copy(path, "weights.h5") as local:

        def fits(network: tf.keras.Model) -> bool:
            try:
                network.load_weights(local)
            except ValueError:
                return False
            return True

        network = backbone.make(None)
        try:
            if not fits(network):
                raise _other_network(backbone, path, fits)
        except OSError as error:
            raise GraftNetError(f"{_refusal(backbone, path)} ({error}).") from None
    return network


def _read_keras(path: str) -> list[np.ndarray]:
    with _local_copy(path, "network.keras") as local:
        try:
            return tf.keras.models.load_model(local, compile=False).get_weights()
        except Exception as error:  # Keras raises many kinds, of zip, JSON and HDF5
            first = str(error).partition("\n")[0]
            raise GraftNetError(f"{path} is not a readable .keras file ({first}).") from None


def _read_torch(
    backbone: Backbone, path: str, layer_of_module: Callable[[str], str]
) -> list[np.ndarray]:
    given = {layer_of_module(key): value for key, value in read_state_dict(path).items()}
    network = backbone.make(None)
    missing = [key for key in map(torch_key, network.weights) if key not in given]
    if missing:
        raise GraftNetError(
            f"{path} lacks {len(missing)} arrays of {backbone.title}: {missing[0]} is one."
        )
    return [from_torch(variable, given[torch_key(variable)]) for variable in network.weights]


@contextlib.contextmanager
def _local_copy(path: str, name: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        local = os.path.join(folder, name)
        try:
            tf.io.gfile.copy(path, local)
        except tf.errors.NotFoundError:
            raise GraftNetError(f"Weights file {path} does not exist.") from None
        yield local


def _other_network(
    backbone: Backbone, source: str, fits: Callable[[tf.keras.Model], bool]
) -> GraftNetError:
    """The error that says whose weights were given instead."""
    others = [other for other in BACKBONES.values() if other != backbone]
    whose = next((other.name for other in others if fits(other.make(None))), "none that is known")
    return GraftNetError(f"{_refusal(backbone, source)}; the network that it fits: {whose}.")


def _refusal(backbone: Backbone, source: str) -> str:
    article = "an" if backbone.title[0] in "AEIOU" else "a"
    return f"{source} does not hold {article} {backbone.title} without its top"
