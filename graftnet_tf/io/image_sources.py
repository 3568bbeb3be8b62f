"""Which images a person means by folders, patterns, lists, paths and URLs."""

import glob
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.file_names import is_utf8, printable
from graftnet_tf.io.hidden_files import is_hidden

SUFFIXES = (
    ".jpg",
    ".jpeg",
    ".png",
    # Not decoded, but taken for images: they are listed as skipped, not overlooked.
    ".bmp",
    ".gif",
    ".heic",
    ".tif",
    ".tiff",
    ".webp",
)


def is_url(name: str) -> bool:
    return name.startswith(("http://", "https://"))


def is_local(name: str) -> bool:
    """Whether a name is one of this machine's file system, rather than `gs://` or a URL."""
    return "://" not in name


def location(name: str) -> str:
    """What is the same for every way to name an image: an absolute path without links.

    URLs and remote paths are taken as they are.
    """
    name = name.removeprefix("file://")
    return os.path.realpath(name) if is_local(name) else name


def list_sources(
    names: Iterable[str], apart_from: str, *, error: type[Exception] = GraftNetError
) -> Iterator[str]:
    """The images that `names` stand for, one after the other.

    Hidden files and folders, and those that other software leaves (`@eaDir`), are passed over
    unless they are named. Links to folders are followed; one that leads back to where the
    search has been or began is not.

    Args:
      names: Each a folder, taken with its subfolders, an image file, a glob pattern of files
        or folders, a list ending in .txt with a path or URL per line, or an http(s) URL. All
        but the last may start with `gs://`.
      apart_from: Folder that is passed over inside the others: where results go.
      error: What to raise.

    Returns:
      Locations, see `location`, in the order of `names`, sorted within a folder or pattern;
      one may come twice. Those of lists need not exist. Names that are not UTF-8 have
      surrogates.

    Raises:
      Exception: of type `error`; at once, if a name matches nothing; later, if a folder
        cannot be read.
    """
    names = list(names)
    for name in names:
        if not _is_there(name, error):
            raise error(
                f"{printable(name) or 'An empty name'} is not there: expected a folder, an image, "
                "a pattern that matches some, a list ending in .txt, or a URL."
            )
    left_out = os.path.join(location(apart_from), "")
    return (
        source
        for name in names
        for source in map(location, _listed(name.removeprefix("file://"), error))
        if not source.startswith(left_out)
    )


def _is_there(name: str, error: type[Exception]) -> bool:
    name = name.removeprefix("file://")
    try:
        return is_url(name) or _exists(name) or bool(_matches(name))
    except tf.errors.OpError as reason:
        raise error(f"{name} cannot be looked up: {reason.message}") from None


def _listed(name: str, error: type[Exception]) -> Iterator[str]:
    if is_url(name):
        yield name
    elif _is_folder(name):
        yield from _images_below(name, error)
    elif not _exists(name):
        for match in _matches(name):
            yield from _images_below(match, error) if _is_folder(match) else [match]
    elif name.endswith(".txt"):
        yield from _lines(name, error)
    else:
        yield name


def _exists(name: str) -> bool:
    return os.path.exists(name) if is_local(name) else tf.io.gfile.exists(name)


def _is_folder(name: str) -> bool:
    return os.path.isdir(name) if is_local(name) else tf.io.gfile.isdir(name)


def _matches(pattern: str) -> list[str]:
    """What a pattern matches, sorted, without what is hidden to it."""
    found = glob.glob(pattern) if is_local(pattern) else tf.io.gfile.glob(pattern)
    return sorted(match for match in found if not _is_hidden_to(pattern, match))


def _is_hidden_to(pattern: str, match: str) -> bool:
    """Whether a wildcard, rather than a name, stands for a hidden file or folder."""
    parts = zip(reversed(pattern.split("/")), reversed(match.split("/")), strict=False)
    return any(
        is_hidden(part) and part != given and not given.startswith(".") for given, part in parts
    )


def _images_below(folder: str, error: type[Exception]) -> Iterator[str]:
    walk = _walk(folder, error) if is_local(folder) else _remote_walk(folder, error)
    for path, names in walk:
        images = (name for name in names if name.lower().endswith(SUFFIXES))
        yield from (os.path.join(path, name) for name in sorted(images) if not is_hidden(name))


def _walk(top: str, error: type[Exception]) -> Iterator[tuple[str, list[str]]]:
    """Each folder once, with the names of its files, however links lead to it."""
    seen = set[str]()
    for path, folders, files in os.walk(top, followlinks=True, onerror=_refusing(error)):
        real = os.path.realpath(path)
        if real in seen or _holds(real, os.path.realpath(top)):
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(folder for folder in folders if not is_hidden(folder))
        yield path, files


def _holds(folder: str, other: str) -> bool:
    return folder != other and os.path.commonpath([folder, other]) == folder


def _remote_walk(top: str, error: type[Exception]) -> Iterator[tuple[str, list[str]]]:
    for path, _, files in tf.io.gfile.walk(top, onerror=_refusing(error)):
        if not any(is_hidden(part) for part in path.removeprefix(top).split("/") if part):
            yield path, files


def _lines(name: str, error: type[Exception]) -> Iterator[str]:
    """The lines of a list, with surrogates where they are not UTF-8."""
    if not is_utf8(name):
        raise error(f"The name of the list {printable(name)} is not UTF-8: rename it.")
    with tf.io.gfile.GFile(name, "rb") as file:
        for line in file:
            text = line.decode(errors="surrogateescape").removeprefix("\ufeff").strip()
            if text:
                yield text


def _refusing(error: type[Exception]) -> Callable[[Any], None]:
    """Raises `error` for what a walk meets, an `OSError` or a `tf.errors.OpError`."""

    def refuse(reason: Any) -> None:
        raise error(f"A folder cannot be read: {getattr(reason, 'message', reason)}")

    return refuse
