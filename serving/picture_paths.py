"""Which picture files a person means by paths, folders and patterns."""

import os
from collections.abc import Iterable

import tensorflow as tf

SUFFIXES = (".jpg", ".jpeg", ".png")


def picture_paths(names: Iterable[str]) -> list[str]:
    """The picture files that `names` stand for.

    Args:
      names: each a file, a folder (its JPEG and PNG files), a glob pattern, or several of
        these separated by commas.

    Returns:
      Paths in the order of `names`, sorted within a folder or pattern. A name that matches
      nothing stays as it is, so that opening it tells who gave it that it is missing.
    """
    found = []
    for name in names:
        parts = [name] if tf.io.gfile.exists(name) else filter(None, name.split(","))
        for part in parts:
            found += _matches(part) or [part]
    return found


def _matches(name: str) -> list[str]:
    if tf.io.gfile.isdir(name):
        return sorted(
            os.path.join(name, file)
            for file in tf.io.gfile.listdir(name)
            if file.lower().endswith(SUFFIXES)
        )
    return [name] if tf.io.gfile.exists(name) else sorted(tf.io.gfile.glob(name))
