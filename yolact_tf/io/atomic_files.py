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
    write_text(path, json.dumps(content))


def write_text(path: str, content: str) -> None:
    """Writes a text file, and the folders that it is in."""
    tf.io.gfile.makedirs(os.path.dirname(path) or ".")
    with replacing(path) as aside, tf.io.gfile.GFile(aside, "w") as file:
        file.write(content)


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


@contextlib.contextmanager
def replacing_directory(path: str) -> Iterator[str]:
    """Yields a new directory beside `path`, renamed into place on success.

    What stood at `path` is moved aside first and removed last, so that old and new never
    mix; an exception leaves the old.
    """
    parent, name = os.path.split(path)
    aside, old = (os.path.join(parent, f".incoming-{uuid.uuid4().hex}-{name}") for _ in "12")
    tf.io.gfile.makedirs(aside)
    try:
        yield aside
        if tf.io.gfile.isdir(path):
            tf.io.gfile.rename(path, old)
        tf.io.gfile.rename(aside, path)
    finally:
        if tf.io.gfile.isdir(aside):
            tf.io.gfile.rmtree(aside)
    if tf.io.gfile.isdir(old):
        tf.io.gfile.rmtree(old)
