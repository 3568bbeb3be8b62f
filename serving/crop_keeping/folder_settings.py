"""Under which legal basis a folder keeps crops, and since when: noted once, in settings.json."""

import dataclasses
import datetime
import os

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files

_NAME = "settings.json"


@dataclasses.dataclass(frozen=True)
class FolderSettings:
    """What holds for all crops of a folder.

    Attributes:
      legal_basis: Legal basis, in words.
      since: Day of the folder's beginning.
    """

    legal_basis: str
    since: datetime.date


def claim(folder: str, legal_basis: str, today: datetime.date) -> None:
    """Makes an empty folder one of a legal basis; one that is of it already stays as it is.

    Args:
      folder: Folder that exists.
      legal_basis: Legal basis, in words.
      today: Day of its beginning, if it is new.

    Raises:
      GraftNetError: it is of another legal basis, or holds something else.
    """
    path = os.path.join(folder, _NAME)
    if not tf.io.gfile.exists(path):
        _check_empty(folder)
        atomic_files.write_json(path, {"legal_basis": legal_basis, "since": str(today)})
    kept = read_settings(folder).legal_basis
    if kept != legal_basis:
        raise GraftNetError(
            f"{folder} keeps crops under the legal basis {kept!r}, and {legal_basis!r} was given; "
            "name another folder, or the same legal basis."
        )


def read_settings(folder: str) -> FolderSettings:
    """The settings of a folder.

    Raises:
      GraftNetError: crops are not kept in it, or its settings are damaged.
    """
    path = os.path.join(folder, _NAME)
    settings = atomic_files.read_json(path)
    try:
        return FolderSettings(
            str(settings["legal_basis"]), datetime.date.fromisoformat(settings["since"])
        )
    except (KeyError, TypeError, ValueError):
        raise GraftNetError(
            f"{path} names no legal basis that crops are kept under; restore it from a backup, or "
            "name a folder that crops are kept in."
        ) from None


def _check_empty(folder: str) -> None:
    names = (name.rstrip("/") for name in tf.io.gfile.listdir(folder))
    there = [
        name for name in names if name != ".lock" and not name.startswith(atomic_files.INCOMING)
    ]
    if there:
        raise GraftNetError(
            f"{folder} is no folder of kept crops and has {min(there)} in it; name a new folder, "
            "or one that crops were kept in before."
        )
