"""Settings noted in the folder that was made with them, so that no others mix with it."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files


class Difference(NamedTuple):
    """A setting that is another now: what is noted, and what was given."""

    name: str
    kept: Any
    given: Any


def write_or_diff(
    path: str, settings: Mapping[str, Any], *, error: type[Exception] = GraftNetError
) -> list[Difference]:
    """Notes settings where none are noted yet, else compares.

    Args:
      path: JSON file.
      settings: Settings of values that JSON can hold; tuples are taken for lists.
      error: What to raise.

    Returns:
      What differs, by name; nothing for settings that are new or the same.

    Raises:
      Exception: of type `error`; what is noted cannot be read.
    """
    given = json.loads(json.dumps(settings))
    if not tf.io.gfile.exists(path):
        atomic_files.write_text(path, json.dumps(given, indent=2) + "\n")
        return []
    kept = atomic_files.read_json(path, error=error)
    return [
        Difference(name, kept.get(name), given.get(name))
        for name in sorted(kept.keys() | given.keys())
        if kept.get(name) != given.get(name)
    ]
