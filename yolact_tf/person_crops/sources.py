"""Which snapshots a person means by folders, patterns, lists, paths and URLs."""

import os
from collections.abc import Iterable, Iterator

import tensorflow as tf

from yolact_tf.errors import YolactError

SUFFIXES = (
    ".jpg",
    ".jpeg",
    ".png",
    # Not decoded, but taken for pictures: they are listed as skipped, not overlooked.
    ".bmp",
    ".gif",
    ".heic",
    ".tif",
    ".tiff",
    ".webp",
)


def is_url(name: str) -> bool:
    return name.startswith(("http://", "https://"))


def list_sources(names: Iterable[str], apart_from: str) -> Iterator[str]:
    """The snapshots that `names` stand for, one after the other.

    Args:
      names: each a folder, taken with its subfolders, a picture file, a glob pattern, a list
        ending in .txt with a path or URL per line, or an http(s) URL. All but the last may
        start with `gs://`.
      apart_from: folder that is passed over inside the others: where crops go.

    Returns:
      Paths and URLs in the order of `names`, sorted within a folder or pattern. Those of
      lists need not exist.

    Raises:
      YolactError: at once, if a name matches nothing; later, if a folder cannot be read.
    """
    names = list(names)
    for name in names:
        if not _is_there(name):
            raise YolactError(
                f"{name} is not there: expected a folder, a picture, a pattern that matches "
                "some, a list ending in .txt, or a URL."
            )
    left_out = os.path.join(os.path.abspath(apart_from), "")
    return (
        source
        for name in names
        for source in _listed(name)
        if is_url(source) or not os.path.abspath(source).startswith(left_out)
    )


def _is_there(name: str) -> bool:
    try:
        return is_url(name) or tf.io.gfile.exists(name) or bool(tf.io.gfile.glob(name))
    except tf.errors.OpError as error:
        raise YolactError(f"{name} cannot be looked up: {error.message}") from None


def _listed(name: str) -> Iterator[str]:
    if is_url(name):
        yield name
    elif tf.io.gfile.isdir(name):
        for folder, _, files in tf.io.gfile.walk(name, onerror=_refuse):
            pictures = (file for file in files if file.lower().endswith(SUFFIXES))
            yield from (os.path.join(folder, file) for file in sorted(pictures))
    elif not tf.io.gfile.exists(name):
        yield from sorted(tf.io.gfile.glob(name))
    elif name.endswith(".txt"):
        with tf.io.gfile.GFile(name) as file:
            yield from (line.strip() for line in file if line.strip())
    else:
        yield name


def _refuse(error: tf.errors.OpError) -> None:
    raise YolactError(f"A folder cannot be read: {error.message}")
