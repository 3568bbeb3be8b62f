"""Tables of a job that came to its end, read one after the other."""

import hashlib
import os
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from graftnet_tf.archive_tables.job import MANIFEST
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files, checksummed_json


def read_tables(
    output: str, tables: str, columns: Sequence[str] | None = None
) -> Iterator[pa.Table]:
    """The tables of a job in the order of their parts, one in memory at a time.

    Args:
      output: The job's folder.
      tables: Name of the folder of tables in it.
      columns: Names of those to read; by default all.

    Raises:
      GraftNetError: the job has not come to its end, or a table is damaged.
    """
    try:
        manifest = checksummed_json.verify(os.path.join(output, MANIFEST))
    except GraftNetError as error:
        raise GraftNetError(
            f"{output} has no whole {tables} ({error}); run the job that makes them to its end."
        ) from None
    for name, listed in manifest["tables"].items():
        path = os.path.join(output, tables, name)
        content = atomic_files.read_bytes(path)
        if hashlib.sha256(content).hexdigest() != listed:
            raise GraftNetError(
                f"{path} is not as it was written; delete it, and the job that made it makes it "
                "anew."
            )
        yield pq.read_table(pa.BufferReader(content), columns=columns)


def matrix(table: pa.Table, column: str) -> np.ndarray:
    """[n, D] of a column of D numbers in each of n rows, or of none."""
    lists = table[column].combine_chunks()
    return lists.flatten().to_numpy(zero_copy_only=False).reshape(-1, lists.type.list_size)
