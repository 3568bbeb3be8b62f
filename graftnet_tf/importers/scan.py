"""Listing the folders and files of a source."""

import os

import tensorflow as tf

from graftnet_tf.errors import GraftNetError


def require_folder(path: str, expected: str) -> None:
    """Checks that a source is a folder.

    Raises:
      GraftNetError: it is not; the message says what was `expected` there.
    """
    if not tf.io.gfile.isdir(path):
        found = "is not a folder" if tf.io.gfile.exists(path) else "does not exist"
        raise GraftNetError(f"{path} {found}; expected {expected}.")


def subfolders(path: str) -> list[str]:
    """Names of the folders in `path`, sorted; hidden ones are left out."""
    names = (name.rstrip("/") for name in tf.io.gfile.listdir(path))
    return sorted(
        name
        for name in names
        if not name.startswith(".") and tf.io.gfile.isdir(os.path.join(path, name))
    )


def files_below(path: str) -> list[str]:
    """Files at any depth in `path`, relative to it, sorted; hidden ones are left out."""
    found = (
        os.path.relpath(os.path.join(folder, name), path)
        for folder, _, names in tf.io.gfile.walk(path)
        for name in names
    )
    return sorted(
        name for name in found if not any(part.startswith(".") for part in name.split(os.sep))
    )
