"""A folder that one job at a time writes results to, all of them made with the same settings."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import file_locks
from graftnet_tf.io.settings_file import write_or_diff


@contextlib.contextmanager
def held(output: str, *, error: type[Exception] = GraftNetError) -> Iterator[None]:
    """Keeps other jobs from writing to a folder inside the block.

    Args:
      output: Folder that exists. On a remote file system, which has no locks, nothing is noticed.
      error: What to raise.

    Raises:
      Exception: of type `error`; another job writes there.
    """
    with file_locks.held(os.path.join(output, ".lock"), wait=False) as alone:
        if not alone:
            raise error(
                f"Another job is writing to {output}: wait until it ends, or choose another output."
            )
        yield


def check_settings(
    output: str,
    settings: Mapping[str, Any],
    *,
    results: str,
    error: type[Exception] = GraftNetError,
) -> None:
    """Keeps the settings of a new folder, in its settings.json; refuses others in an old one.

    Args:
      output: Folder that exists.
      settings: Settings of values that JSON can hold.
      results: What the folder holds, for the message.
      error: What to raise.

    Raises:
      Exception: of type `error`; results there were made with other settings, naming those that
        differ, or what is kept cannot be read.
    """
    path = os.path.join(output, "settings.json")
    differing = [
        f"{name} {kept} there and {given} now"
        for name, kept, given in write_or_diff(path, settings, error=error)
    ]
    if differing:
        raise error(
            f"{os.path.dirname(path)} holds {results} made with other settings "
            f"({'; '.join(differing)}). Choose another output, or the same settings."
        )
