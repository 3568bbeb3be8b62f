"""Listing the folders and files of a source."""

import os
from collections.abc import Iterator
from typing import NamedTuple

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.file_names import is_utf8, printable
from graftnet_tf.io.hidden_files import is_hidden

_LEADS_BACK = "The link leads back into the source."


class Files(NamedTuple):
    """Files below a folder.

    Attributes:
      names: Paths relative to the folder, sorted.
      skipped: Why a file or folder is left out, by its path.
    """

    names: list[str]
    skipped: dict[str, str]


def require_folder(path: str, expected: str) -> None:
    """Checks that a source is a folder.

    Raises:
      GraftNetError: it is not; the message says what was `expected` there.
    """
    if not tf.io.gfile.isdir(path):
        found = "is not a folder" if tf.io.gfile.exists(path) else "does not exist"
        raise GraftNetError(f"{path} {found}; expected {expected}.")


class Folders(NamedTuple):
    """What is in a folder.

    Attributes:
      names: Names of the folders in it, sorted; without hidden ones.
      skipped: Why a file or folder is left out, by its path.
    """

    names: list[str]
    skipped: dict[str, str]


def subfolders(path: str) -> Folders:
    """The folders in `path`, without hidden ones and links back into the tree.

    Raises:
      GraftNetError: the name of a folder is not UTF-8.
    """
    names: list[str] = []
    skipped: dict[str, str] = {}
    for name in _listed(path):
        found = os.path.join(path, name)
        if is_hidden(name):
            continue
        if not is_utf8(name):
            raise GraftNetError(f"The name of {printable(found)} is not UTF-8; rename it.")
        if not tf.io.gfile.isdir(found):
            skipped[found] = "It lies beside the folders, in none of them."
        elif _leads_back(found, path):
            skipped[found] = _LEADS_BACK
        else:
            names.append(name)
    return Folders(sorted(names), skipped)


def files_below(path: str, root: str | None = None) -> Files:
    """Files at any depth in `path`, without hidden ones.

    A link to a folder is followed once, unless it leads back into the tree, where its files
    are found anyway, perhaps under another class.

    Args:
      path: Folder, local or `gs://`.
      root: Folder of the whole source, `path` by default.
    """
    names: list[str] = []
    skipped: dict[str, str] = {}
    walk = tf.io.gfile.walk(path) if "://" in path else _walk(path, root or path, skipped)
    for folder, _, files in walk:
        for name in files:
            found = os.path.join(folder, name)
            relative = os.path.relpath(found, path)
            if any(is_hidden(part) for part in relative.split(os.sep)):
                continue
            if not is_utf8(found):
                skipped[printable(found)] = "The file name is not UTF-8; rename it."
            elif "://" not in found and not os.path.isfile(found):
                skipped[found] = "It is no file, or a link to nothing."
            else:
                names.append(relative)
    return Files(sorted(names), skipped)


def _listed(path: str) -> list[str]:
    """Names of all that is in a folder."""
    if "://" in path:
        return [name.rstrip("/") for name in tf.io.gfile.listdir(path)]
    return os.listdir(path)


def _walk(path: str, root: str, skipped: dict[str, str]) -> Iterator[tuple[str, list, list]]:
    """`os.walk` through links to folders, each folder once."""
    seen = {os.path.realpath(path)}
    for folder, folders, files in os.walk(path, followlinks=True):
        kept = []
        for name in folders:
            found = os.path.join(folder, name)
            target = os.path.realpath(found)
            if is_hidden(name):
                continue
            if _leads_back(found, root):
                skipped[printable(found)] = _LEADS_BACK
            elif target in seen:
                skipped[printable(found)] = "The link leads to a folder that was read before."
            else:
                kept.append(name)
                seen.add(target)
        folders[:] = kept
        yield folder, folders, files


def _leads_back(path: str, root: str) -> bool:
    """Whether a link to a folder leads to one that holds it, or into the tree below `root`."""
    if "://" in path or not os.path.islink(path):
        return False
    target, parent, tree = map(os.path.realpath, (path, os.path.dirname(path), root))
    return os.path.commonpath([target, parent]) == target or (
        os.path.commonpath([target, tree]) == tree
    )
