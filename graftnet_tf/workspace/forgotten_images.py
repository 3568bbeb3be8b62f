"""Images that are to be forgotten: their hashes, which imports pass over, and what had learnt."""

import enum
import os
import re
from collections.abc import Iterable, Mapping

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files

FOLDER = "forgotten"
_RECORD = re.compile(r"([0-9a-f]{64})\.json")


class Learnt(enum.StrEnum):
    """Whether a version learnt from an image."""

    NO = "did not learn from it"
    MAYBE = "may have learnt from it"
    YES = "learnt from it"


def surest(each: Iterable[Learnt]) -> Learnt:
    """Whether a whole learnt from an image of whose parts that is known; NO of no parts."""
    found = set(each)
    return next((one for one in (Learnt.YES, Learnt.MAYBE) if one in found), Learnt.NO)


def forgotten_images(root: str) -> list[str]:
    """Hex SHA-256 of each image that is to be forgotten, ascending.

    Args:
      root: Root of the workspace.
    """
    folder = os.path.join(root, FOLDER)
    names = tf.io.gfile.listdir(folder) if tf.io.gfile.isdir(folder) else []
    return sorted(match[1] for match in map(_RECORD.fullmatch, names) if match)


def read_forgotten(root: str, sha256: str) -> dict[str, Learnt]:
    """What was found, when an image was forgotten, of each version that does not say it itself.

    Args:
      root: Root of the workspace.
      sha256: Hash of the image, in hex.

    Returns:
      By the version's path in the workspace; nothing of an image that was not forgotten.

    Raises:
      GraftNetError: the record is damaged.
    """
    path = _path(root, sha256)
    if not tf.io.gfile.exists(path):
        return {}
    content = atomic_files.read_json(path)
    try:
        return {version: Learnt(learnt) for version, learnt in content["versions"].items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        raise GraftNetError(
            f"{path} is damaged; delete it, and forget {sha256} again with graftnet-verify."
        ) from None


def write_forgotten(root: str, sha256: str, versions: Mapping[str, Learnt]) -> None:
    """Puts an image among the forgotten, see `read_forgotten`."""
    tf.io.gfile.makedirs(os.path.join(root, FOLDER))
    atomic_files.write_json(_path(root, sha256), {"versions": dict(sorted(versions.items()))})


def _path(root: str, sha256: str) -> str:
    return os.path.join(root, FOLDER, f"{sha256}.json")
