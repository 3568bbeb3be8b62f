"""The images of an archive in memory: short vectors, and which of them look alike."""

import dataclasses
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from graftnet_tf.active_learning.candidate_tables import TABLES
from graftnet_tf.archive_features.extractor import COLUMN
from graftnet_tf.archive_tables.job import MANIFEST
from graftnet_tf.archive_tables.reading import matrix, read_tables
from graftnet_tf.data.near_duplicates import near_duplicate_codes
from graftnet_tf.io import atomic_files
from graftnet_tf.io.npz_archives import read_npz, write_npz
from graftnet_tf.training.pca import principal_axes

LENGTH = 128
"""Numbers of a short vector at most."""

_INDEX, _COMPONENTS = "index.parquet", "components.npz"
_OF = b"manifest"  # whose index it is, in the table's metadata


@dataclasses.dataclass(frozen=True)
class ArchiveIndex:
    """N images as columns.

    Attributes:
      sources: Location of each.
      hashes: SHA-256 of the content of each, in hex.
      shapes: uint64 [N], `shape` of each look.
      colours: float16 [N, `COLOURS`], `colour` of each look.
      alike: int32 [N], equal for near-duplicates.
      vectors: float32 [N, D], shortened.
      kernel, bias: float32 [E, D] and [D], what shortened them; see `principal_axes`.
    """

    sources: list[str]
    hashes: list[str]
    shapes: np.ndarray
    colours: np.ndarray
    alike: np.ndarray
    vectors: np.ndarray
    kernel: np.ndarray
    bias: np.ndarray

    def shorten(self, vectors: np.ndarray) -> np.ndarray:
        """float32 [n, E] of the same trunk to float32 [n, D]."""
        return vectors @ self.kernel + self.bias


def open_index(output: str) -> ArchiveIndex:
    """The index of the tables of `tabulate_candidates` in a folder; made once, and kept there.

    Args:
      output: Local folder.

    Raises:
      GraftNetError: the job has not come to its end, or a table is damaged.
    """
    path = os.path.join(output, _INDEX)
    digest = atomic_files.sha256(os.path.join(output, MANIFEST)).encode()
    if not os.path.exists(path) or pq.read_schema(path).metadata.get(_OF) != digest:
        table = _index(output).replace_schema_metadata({_OF: digest})
        with atomic_files.replacing(path) as aside:
            pq.write_table(table, aside, compression="none")
    rows = pq.read_table(path)
    kept = read_npz(os.path.join(output, _COMPONENTS))
    return ArchiveIndex(
        rows["source"].to_pylist(),
        rows["sha256"].to_pylist(),
        rows["shape"].to_numpy(),
        matrix(rows, "colour"),
        rows["alike"].to_numpy(),
        matrix(rows, "vector"),
        kept["kernel"],
        kept["bias"],
    )


def _index(output: str) -> pa.Table:
    """The tables of an archive as one, with short vectors; writes the components."""
    tables = read_tables(output, TABLES, [COLUMN])
    kernel, bias = principal_axes((matrix(table, COLUMN) for table in tables), LENGTH)
    write_npz(os.path.join(output, _COMPONENTS), {"kernel": kernel, "bias": bias})
    parts = []
    for table in read_tables(output, TABLES):
        short = matrix(table, COLUMN) @ kernel + bias
        column = pa.FixedSizeListArray.from_arrays(short.ravel(), short.shape[1])
        kept = table.select(["source", "sha256", "shape", "colour"])
        parts.append(kept.append_column("vector", column))
    rows = pa.concat_tables(parts).combine_chunks()
    alike = near_duplicate_codes(rows["shape"].to_numpy(), matrix(rows, "colour"))
    return rows.append_column("alike", pa.array(alike))
