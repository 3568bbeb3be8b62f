"""Tables of any number of rows as CSV files."""

from collections.abc import Iterable, Sequence
from typing import Any

import tensorflow as tf

from graftnet_tf.io import atomic_files
from graftnet_tf.io.csv_tables import write_rows


def write_csv(path: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes a table to `path`, local or `gs://`, atomically; its rows are not held.

    Args:
      path: Path of the file.
      columns: Names.
      rows: Asked for one after the other.
    """
    with atomic_files.replacing(path) as aside, tf.io.gfile.GFile(aside, "w") as file:
        write_rows(file, columns, rows)
