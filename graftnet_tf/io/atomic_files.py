"""Reading, hashing and atomically publishing files through `tf.io.gfile`."""

import contextlib
import hashlib
import json
import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf
from absl import logging

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import file_locks
from graftnet_tf.io.atomic_swap import atomic_swap

INCOMING = ".incoming-"
_CLAIM = f"{INCOMING}number-"
_LARGEST_NUMBER = 2**63 - 1


def read_json(path: str, *, error: type[Exception] = GraftNetError) -> Any:
    """The parsed content of a JSON file.

    Args:
      path: Local or `gs://`.
      error: What to raise.

    Raises:
      Exception: of type `error`; the file is missing, or is not JSON in UTF-8.
    """
    try:
        content = read_bytes(path)
    except tf.errors.NotFoundError:
        raise error(f"{path} does not exist.") from None
    return parse_json(content, path, error=error)


def parse_json(content: bytes, path: str, *, error: type[Exception] = GraftNetError) -> Any:
    """The parsed content of the JSON file that lies at `path`.

    Raises:
      Exception: of type `error`; it is not JSON in UTF-8.
    """
    try:
        return json.loads(content)
    except (json.JSONDecodeError, UnicodeDecodeError) as reason:
        raise error(f"{path} is not valid JSON ({reason}).") from None


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
    tf.io.gfile.makedirs(parent or os.curdir)
    aside = os.path.join(parent, f"{INCOMING}{uuid.uuid4().hex}-{name}")
    try:
        yield aside
        tf.io.gfile.rename(aside, path, overwrite=True)
    finally:
        remove(aside)


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
    """Yields a new directory beside `path`, put in its place on success.

    A kill at any moment leaves the old directory or the new one, whole; an exception leaves
    the old. Where the file system cannot exchange two directories in one step (`gs://`, some
    network drives), the old one is moved aside first, and a kill right then leaves it there.
    """
    parent, name = os.path.split(path)
    aside, old = (os.path.join(parent, f"{INCOMING}{uuid.uuid4().hex}-{name}") for _ in "12")
    tf.io.gfile.makedirs(aside)
    try:
        yield aside
        if not tf.io.gfile.isdir(path):
            tf.io.gfile.rename(aside, path)
        elif not atomic_swap(aside, path):
            tf.io.gfile.rename(path, old)
            tf.io.gfile.rename(aside, path)
    finally:
        remove(aside)
    remove(old)


def remove(path: str) -> None:
    """Removes the file or the directory at `path`, if there is one."""
    if tf.io.gfile.isdir(path):
        tf.io.gfile.rmtree(path)
    elif tf.io.gfile.exists(path):
        tf.io.gfile.remove(path)


def publish_next(
    parent: str, write: Callable[[str, str], None], *, name: Callable[[int], str]
) -> str:
    """Publishes what `write` makes under the next free number below `parent`.

    Jobs that publish at once get numbers of their own. What killed jobs left half-written
    below `parent` is removed.

    Args:
      parent: Directory that holds the versions; made when absent.
      write: Function called once with (path to write to, version name). The path does not exist yet
        and `write` makes a file or a directory there.
      name: File name of a number, for example `"{:04d}".format` or `"{:04d}.json".format`.

    Returns:
      The file name. Nothing is listed under it before it is complete.

    Raises:
      GraftNetError: another job published the same number, which can happen on remote file
        systems alone, for want of locks; nothing of the other's is touched.
    """
    tf.io.gfile.makedirs(parent)
    with _claimed_number(parent, suffix=os.path.splitext(name(0))[1]) as number:
        published = name(number)
        aside = os.path.join(parent, f"{_aside(number)}{uuid.uuid4().hex}")
        try:
            write(aside, os.path.splitext(published)[0])
            _rename_to_new(aside, os.path.join(parent, published))
        finally:
            remove(aside)
        return published


def _rename_to_new(aside: str, path: str) -> None:
    try:
        tf.io.gfile.rename(aside, path, overwrite=False)
    except (tf.errors.AlreadyExistsError, tf.errors.FailedPreconditionError):
        raise GraftNetError(
            f"Another job published {path} meanwhile; run this one again."
        ) from None


@contextlib.contextmanager
def _claimed_number(parent: str, *, suffix: str) -> Iterator[int]:
    """A number below `parent` that is neither published nor claimed by another living job."""
    with contextlib.ExitStack() as claim:
        with file_locks.held(os.path.join(parent, f"{INCOMING}lock")):
            claimed = _swept_claims(parent)  # before listing what they may become meanwhile
            number = max([*claimed, *numbered(parent, suffix=suffix)], default=0) + 1
            claim.enter_context(file_locks.held(_claim(parent, number)))
        yield number


def _swept_claims(parent: str) -> list[int]:
    """Numbers claimed by living jobs; what dead ones left of theirs is removed."""
    names = [name.rstrip("/") for name in tf.io.gfile.listdir(parent)]
    living = []
    for number in (int(name[len(_CLAIM) :]) for name in names if name.startswith(_CLAIM)):
        with file_locks.held(_claim(parent, number), wait=False) as dead:
            if not dead:
                living.append(number)
                continue
            for name in names:
                if _aside(number) in name:
                    remove(os.path.join(parent, name))
    return living


def _claim(parent: str, number: int) -> str:
    return os.path.join(parent, f"{_CLAIM}{number}")


def _aside(number: int) -> str:
    """What is in the names of all that is being written under `number`."""
    return f"{INCOMING}{number}-"


def numbered(parent: str, *, suffix: str) -> list[int]:
    """Numbers of the versions published below `parent`, ascending; see `names_by_number`."""
    return list(names_by_number(parent, suffix=suffix))


def names_by_number(parent: str, *, suffix: str) -> dict[int, str]:
    """File names of the versions published below `parent`, by their numbers, ascending.

    Zeros before a number are no part of it, as for TF Serving: `0001` is version 1. Of two
    names of one number the shorter counts, and a warning tells so.

    Args:
      parent: Directory that holds the versions; none are in one that is absent.
      suffix: What follows the number in a version's file name, such as `".json"`; empty for
        directories. What ends otherwise, such as `2.bak`, is no version.

    Raises:
      tf.errors.OpError: the directory cannot be listed.
    """
    if not tf.io.gfile.isdir(parent):
        return {}
    found: dict[int, str] = {}
    names = (name.rstrip("/") for name in tf.io.gfile.listdir(parent))
    for name in sorted(names, key=lambda name: (len(name), name)):
        stem = name.removesuffix(suffix)
        is_number = name.endswith(suffix) and stem.isascii() and stem.isdecimal()
        if not is_number or int(stem) > _LARGEST_NUMBER:
            continue
        if (number := int(stem)) in found:
            logging.warning(
                "Both %s and %s in %s are version %d: the former counts.",
                *(found[number], name, parent, number),
            )
        else:
            found[number] = name
    return dict(sorted(found.items()))
