"""Features that were extracted, table after table."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from graftnet_tf.archive_features.extractor import COLUMN
from graftnet_tf.archive_features.job import TABLES
from graftnet_tf.archive_tables.reading import matrix, read_tables


class Features(NamedTuple):
    """Vectors of n images.

    Attributes:
      sources: Location of each.
      hashes: SHA-256 of the content of each, in hex.
      vectors: float32 [n, D].
    """

    sources: list[str]
    hashes: list[str]
    vectors: np.ndarray


def read_features(output: str) -> Iterator[Features]:
    """The features of an archive in the order of its locations, one table in memory at a time.

    Args:
      output: Folder of `extract_features`.

    Raises:
      GraftNetError: the job has not come to its end, or a table is damaged.
    """
    for table in read_tables(output, TABLES):
        yield Features(
            table["source"].to_pylist(), table["sha256"].to_pylist(), matrix(table, COLUMN)
        )
