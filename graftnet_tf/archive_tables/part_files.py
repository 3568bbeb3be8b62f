"""The files of a part: its table in Parquet, and its dead letters."""

import contextlib
import dataclasses
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow as tf

from graftnet_tf.archive_tables.dead_letters import DeadLetter, from_lines, to_lines
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files

DEAD_LETTERS = "dead_letters"


class PartTotals(NamedTuple):
    """What a part's table is about: `images` of all, with rows or not."""

    images: int
    rows: int
    dead_letters: int
    sha256: str


@dataclasses.dataclass(frozen=True)
class PartFiles:
    """The files of a part; the table is the last to be there.

    Attributes:
      output: Folder of all results.
      tables: Name of the folder of tables in it.
      name: Name of the part.
    """

    output: str
    tables: str
    name: str

    @property
    def table(self) -> str:
        return os.path.join(self.output, self.tables, self.name)

    @property
    def letters(self) -> str:
        return os.path.join(self.output, DEAD_LETTERS, f"{self.name}.jsonl")

    def write(
        self, columns: Mapping[str, Any], *, images: int, dead_letters: Sequence[DeadLetter]
    ) -> None:
        """Publishes the files, the same bytes for the same content.

        Args:
          columns: [R] or [R, D] each, by name; the latter become lists of D.
          images: Images of the part.
          dead_letters: Those of them that have no row because they cannot have one.
        """
        if dead_letters:
            atomic_files.write_text(self.letters, to_lines(dead_letters))
        else:
            atomic_files.remove(self.letters)  # of a process that was killed before its table
        counts = {"images": str(images), "dead_letters": str(len(dead_letters))}
        types = {"source": pa.string(), "sha256": pa.string()}
        table = pa.table(
            {name: _arrow(column, types.get(name)) for name, column in columns.items()},
            metadata=counts,
        )
        content = pa.BufferOutputStream()
        pq.write_table(table, content, compression="zstd")
        atomic_files.write_bytes(self.table, content.getvalue().to_pybytes())

    def totals(self) -> PartTotals:
        """What the published table says of itself.

        Raises:
          GraftNetError: it is damaged.
        """
        content = atomic_files.read_bytes(self.table)
        with self._told_if_damaged():
            schema = pq.ParquetFile(pa.BufferReader(content))
            counts = schema.schema_arrow.metadata
            return PartTotals(
                int(counts[b"images"]),
                schema.metadata.num_rows,
                int(counts[b"dead_letters"]),
                hashlib.sha256(content).hexdigest(),
            )

    def sources(self) -> set[str]:
        """Locations of the images that the published table has rows of.

        Raises:
          GraftNetError: it is damaged.
        """
        content = atomic_files.read_bytes(self.table)
        with self._told_if_damaged():
            table = pq.read_table(pa.BufferReader(content), columns=["source"])
            return set(table["source"].to_pylist())

    def dead_letters(self) -> list[DeadLetter]:
        """The published dead letters."""
        if not tf.io.gfile.exists(self.letters):
            return []
        return from_lines(atomic_files.read_bytes(self.letters).decode())

    def remove(self) -> None:
        for path in (self.table, self.letters):
            atomic_files.remove(path)

    @contextlib.contextmanager
    def _told_if_damaged(self) -> Iterator[None]:
        try:
            yield
        except (pa.ArrowException, OSError, TypeError, KeyError, ValueError):
            raise GraftNetError(
                f"{self.table} is damaged; delete it, and the same command makes it anew."
            ) from None


def published(output: str, tables: str) -> list[str]:
    """Names of the files in a folder of tables, sorted."""
    return _names(os.path.join(output, tables))


def remove_leftovers(output: str, tables: str) -> None:
    """Removes what killed workers left aside; none may be at work."""
    for folder in (os.path.join(output, name) for name in (tables, DEAD_LETTERS)):
        for name in _names(folder):
            if name.startswith(atomic_files.INCOMING):
                atomic_files.remove(os.path.join(folder, name))


def _arrow(column: Any, kind: pa.DataType | None) -> pa.Array:
    if isinstance(column, np.ndarray) and column.ndim == 2:
        return pa.FixedSizeListArray.from_arrays(pa.array(column.ravel()), column.shape[1])
    return pa.array(column, kind)


def _names(folder: str) -> list[str]:
    return sorted(tf.io.gfile.listdir(folder)) if tf.io.gfile.isdir(folder) else []
