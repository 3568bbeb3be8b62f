"""Directories that hold a report and nothing else, to be replaced as a whole."""

from collections.abc import Collection

import tensorflow as tf

from graftnet_tf.errors import GraftNetError


def check_replaceable(
    directory: str, parts: Collection[str], *, error: type[Exception] = GraftNetError
) -> None:
    """Checks that a report may be written to `directory`.

    Args:
      directory: May be absent.
      parts: Names of what is in a report of its kind.
      error: What to raise.

    Raises:
      Exception: of type `error`; it exists and holds anything that is not of a report.
    """
    if not tf.io.gfile.exists(directory):
        return
    if not tf.io.gfile.isdir(directory):
        raise error(f"{directory} is a file; expected the directory for a report.")
    names = {name.rstrip("/") for name in tf.io.gfile.listdir(directory)}
    others = sorted(names - set(parts))
    if others:
        raise error(
            f"{directory} holds {', '.join(others[:3])}, which no report does, and a report "
            "replaces its directory. Name a new or empty one."
        )
