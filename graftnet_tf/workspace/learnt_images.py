"""Which images a published version learnt from: their hashes, in a file beside its weights."""

import os
from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from graftnet_tf.io.npz_archives import read_npz, write_npz
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.example_table import CONTENT_BYTES

LEARNT_IMAGES = "learnt_images.npz"
_KEY = "task/"  # and a task's name

LearntImages = Mapping[str, np.ndarray]
"""By task uint8 [n, 32], the SHA-256 of each image's bytes."""


def write_learnt_images(directory: str, learnt: LearntImages) -> None:
    """Writes the hashes into a version that is being published: each once a task, ascending."""
    write_npz(
        os.path.join(directory, LEARNT_IMAGES),
        {f"{_KEY}{task}": _distinct(contents) for task, contents in learnt.items()},
    )


def read_learnt_images(directory: str) -> dict[str, np.ndarray] | None:
    """The hashes of a published version, see `LearntImages`.

    Returns:
      None where it has no such file: an earlier release trained it, or it began from weights of
      which it is not known what they had learnt from.

    Raises:
      GraftNetError: the file is damaged.
    """
    path = os.path.join(directory, LEARNT_IMAGES)
    if not tf.io.gfile.exists(path):
        return None
    return {key.removeprefix(_KEY): contents for key, contents in read_npz(path).items()}


def learnt_before(weights: str) -> dict[str, np.ndarray] | None:
    """What weights had learnt from that a training starts with, as `read_learnt_images` has it.

    Args:
      weights: Their file, or another name for them. What lies beside no manifest learnt from
        nothing that a workspace knows of.
    """
    beside = os.path.join(os.path.dirname(weights), manifest.NAME)
    if not (tf.io.gfile.exists(weights) and tf.io.gfile.exists(beside)):
        return {}
    return read_learnt_images(os.path.dirname(weights))


def has_image(contents: np.ndarray, sha256: str) -> bool:
    """Whether a hash, in hex, is among uint8 [n, 32] of them."""
    return bool((contents == np.frombuffer(bytes.fromhex(sha256), np.uint8)).all(axis=1).any())


def _distinct(contents: np.ndarray) -> np.ndarray:
    """The different ones of uint8 [n, 32]; zeros, which stand for no image, are left out."""
    known = np.ascontiguousarray(contents[contents.any(axis=1)])
    distinct = np.unique(known.view(f"V{CONTENT_BYTES}").ravel())
    return distinct.view(np.uint8).reshape(-1, CONTENT_BYTES)
