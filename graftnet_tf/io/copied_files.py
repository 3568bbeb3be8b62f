"""Files copied from one folder to another, on any file system."""

import os
from collections.abc import Iterable

import tensorflow as tf


def copy_files(source: str, target: str, names: Iterable[str]) -> None:
    """Copies files, by their paths relative to `source`, to the same places below `target`."""
    for name in names:
        copy = os.path.join(target, name)
        tf.io.gfile.makedirs(os.path.dirname(copy))
        tf.io.gfile.copy(os.path.join(source, name), copy)
