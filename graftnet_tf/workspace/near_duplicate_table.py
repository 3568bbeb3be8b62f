"""The table of a task's images that look alike across its split, as its import found them."""

import csv
import io

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.tasks import NEAR_DUPLICATES_COLUMNS


def read_near_duplicates(path: str) -> list[list[str]]:
    """[group, file in the source, split] of each image; nothing where there is no table.

    Raises:
      GraftNetError: the table is damaged.
    """
    if not tf.io.gfile.exists(path):
        return []
    text = atomic_files.read_bytes(path).decode(errors="replace")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if not rows or tuple(rows[0]) != NEAR_DUPLICATES_COLUMNS or any(len(r) != 3 for r in rows):
        raise GraftNetError(
            f"{path} is damaged; expected columns {', '.join(NEAR_DUPLICATES_COLUMNS)}. "
            "Import the task again, or delete the file to evaluate without it."
        )
    return rows[1:]
