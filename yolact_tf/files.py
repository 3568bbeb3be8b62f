"""Files that are either the old or the new, never half."""

import contextlib
import uuid
from collections.abc import Iterator

import tensorflow as tf


@contextlib.contextmanager
def replacing(path: str) -> Iterator[str]:
    """Yields a name beside `path` to write to, and renames it to `path` at the end.

    If the block raises, what was written aside is removed and `path` stays as it was.
    """
    aside = f"{path}.incoming-{uuid.uuid4().hex[:8]}"
    try:
        yield aside
        tf.io.gfile.rename(aside, path, overwrite=True)
    finally:
        if tf.io.gfile.exists(aside):
            tf.io.gfile.remove(aside)
