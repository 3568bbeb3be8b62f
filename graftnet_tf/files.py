"""Reading, hashing and atomically publishing files through `tf.io.gfile`."""

import contextlib
import hashlib
import json
import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf

from graftnet_tf.errors import GraftNetError

INCOMING = ".incoming-"


def read_json(path: str) -> Any:
    """The parsed content of a JSON file.

    Raises:
      GraftNetError: the file is missing or is not JSON.
    """
    try:
        with tf.io.gfile.GFile(path) as file:
            return json.load(file)
    except tf.errors.NotFoundError:
        raise GraftNetError(f"{path} does not exist.") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise GraftNetError(f"{path} is not valid JSON ({error}).") from None


def read_bytes(path: str) -> bytes:
    """The content of a file."""
    with tf.io.gfile.GFile(path, "rb") as file:
        return file.read()


def sha256(path: str) -> str:
    """Hex digest of a file's content."""
    digest = hashlib.sha256()
    with tf.io.gfile.GFile(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def tree_sha256(directory: str) -> dict[str, str]:
    """Hex digests of every file below `directory`, by path relative to it, sorted."""
    found = {}
    for folder, _, names in tf.io.gfile.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            found[os.path.relpath(path, directory)] = sha256(path)
    return dict(sorted(found.items()))


def to_json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


@contextlib.contextmanager
def replacing(path: str) -> Iterator[str]:
    """Yields a path beside `path` to write a file to, renamed into place on success.

    A kill at any moment leaves the old file or the new one; an exception leaves the old.
    """
    parent, name = os.path.split(path)
    tf.io.gfile.makedirs(parent)
    aside = os.path.join(parent, f"{INCOMING}{uuid.uuid4().hex}-{name}")
    try:
        yield aside
        tf.io.gfile.rename(aside, path, overwrite=True)
    finally:
        if tf.io.gfile.exists(aside):
            tf.io.gfile.remove(aside)


def write_text(path: str, text: str) -> None:
    """Writes `text` to `path` atomically, as UTF-8."""
    with replacing(path) as aside, tf.io.gfile.GFile(aside, "w") as file:
        file.write(text)


def write_bytes(path: str, content: bytes) -> None:
    """Writes `content` to `path` atomically."""
    with replacing(path) as aside, tf.io.gfile.GFile(aside, "wb") as file:
        file.write(content)


def write_json(path: str, content: Any) -> None:
    """Writes `content` to `path` atomically, as indented JSON."""
    write_text(path, to_json(content))


@contextlib.contextmanager
def replacing_directory(path: str) -> Iterator[str]:
    """Yields a new directory beside `path`, renamed into place on success.

    What stood at `path` is moved aside first and removed last, so that old and new never
    mix; an exception leaves the old.
    """
    parent, name = os.path.split(path)
    aside, old = (os.path.join(parent, f"{INCOMING}{uuid.uuid4().hex}-{name}") for _ in "12")
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


def publish_next(
    parent: str, write: Callable[[str, str], None], *, name: Callable[[int], str]
) -> str:
    """Publishes what `write` makes under the next free number below `parent`.

    Jobs that publish at once get numbers of their own: each claims one by renaming a
    directory into place, which only one can. A number whose job was killed stays unused.

    Args:
      parent: directory that holds the versions; made when absent.
      write: called once with (path to write to, version name). The path does not exist
        yet and `write` makes a file or a directory there.
      name: file name of a number, for example `"{:04d}".format` or `"{:04d}.json".format`.

    Returns:
      The file name. Nothing is listed under it before it is complete.
    """
    tf.io.gfile.makedirs(parent)
    number = max(numbered(parent), default=0) + 1
    while not _claim(parent, number):
        number += 1
    published = name(number)
    aside = os.path.join(parent, f"{INCOMING}{uuid.uuid4().hex}-{published}")
    try:
        write(aside, os.path.splitext(published)[0])
        tf.io.gfile.rename(aside, os.path.join(parent, published), overwrite=False)
        return published
    finally:
        if tf.io.gfile.isdir(aside):
            tf.io.gfile.rmtree(aside)
        elif tf.io.gfile.exists(aside):
            tf.io.gfile.remove(aside)
        _release(parent, number)


def _claim(parent: str, number: int) -> bool:
    """Whether `number` is now ours: neither published nor claimed by another job."""
    path = _claim_path(parent, number)
    aside = os.path.join(parent, f"{INCOMING}{uuid.uuid4().hex}")
    tf.io.gfile.makedirs(os.path.join(aside, "held"))  # one that is not empty stays in place
    try:
        tf.io.gfile.rename(aside, path, overwrite=False)
    except (tf.errors.AlreadyExistsError, tf.errors.FailedPreconditionError):
        tf.io.gfile.rmtree(aside)
        return False
    if number in numbered(parent):
        _release(parent, number)
        return False
    return True


def _release(parent: str, number: int) -> None:
    """Gives a claim back, whole at once: an emptied directory could be claimed over."""
    aside = os.path.join(parent, f"{INCOMING}{uuid.uuid4().hex}")
    tf.io.gfile.rename(_claim_path(parent, number), aside)
    tf.io.gfile.rmtree(aside)


def _claim_path(parent: str, number: int) -> str:
    return os.path.join(parent, f"{INCOMING}claim-{number}")


def numbered(parent: str) -> list[int]:
    """Numbers of the versions published below `parent`, ascending; none if it is absent."""
    if not tf.io.gfile.isdir(parent):
        return []
    stems = (os.path.splitext(name.rstrip("/"))[0] for name in tf.io.gfile.listdir(parent))
    return sorted(int(stem) for stem in stems if stem.isdecimal())
