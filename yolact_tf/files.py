"""Reading JSON, and writing files that are either the old or the new, never half."""

import contextlib
import json
import os
import uuid
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from yolact_tf.errors import YolactError


def read_json(path: str) -> Any:
    """The parsed content of a JSON file.

    Raises:
      YolactError: the file is missing, empty or not JSON.
    """
    try:
        with tf.io.gfile.GFile(path) as file:
            return json.load(file)
    except tf.errors.NotFoundError:
        raise YolactError(f"{path} does not exist.") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise YolactError(f"{path} is not valid JSON ({error}).") from None


def write_json(path: str, content: Any) -> None:
    """Writes a JSON file, and the folders that it is in."""
    tf.io.gfile.makedirs(os.path.dirname(path) or ".")
    with replacing(path) as aside, tf.io.gfile.GFile(aside, "w") as file:
        json.dump(content, file)


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
