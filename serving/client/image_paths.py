"""Which image files a person means by paths, folders and patterns."""

import os
from collections.abc import Iterable

import tensorflow as tf

from graftnet_tf.errors import GraftNetError

SUFFIXES = (".jpg", ".jpeg", ".png")
_PATTERN = frozenset("*?[")


def image_paths(names: Iterable[str]) -> list[str]:
    """The image files that `names` stand for.

    Args:
      names: Each a file, a folder (its JPEG and PNG files), a glob pattern, or several of
        these separated by commas.

    Returns:
      Paths in the order of `names`, sorted within a folder or pattern. A file that is not
      there stays, so that opening it tells who named it that it is missing.

    Raises:
      GraftNetError: a name is empty, a pattern matches nothing, or a folder has no images.
    """
    found = []
    for name in names:
        parts = [name] if tf.io.gfile.exists(name) else [part for part in name.split(",") if part]
        if not parts:
            raise GraftNetError(f"{name!r} names no image; expected a file, a folder or a pattern.")
        for part in parts:
            found += _meant(part)
    return found


def _meant(name: str) -> list[str]:
    if tf.io.gfile.isdir(name):
        paths = sorted(
            os.path.join(name, file)
            for file in tf.io.gfile.listdir(name)
            if file.lower().endswith(SUFFIXES)
        )
        if not paths:
            raise GraftNetError(f"Folder {name} has no {', '.join(SUFFIXES)} file.")
        return paths
    if tf.io.gfile.exists(name) or not _PATTERN.intersection(name):
        return [name]
    paths = sorted(tf.io.gfile.glob(name))
    if not paths:
        raise GraftNetError(f"Pattern {name} matches no file.")
    return paths
