"""The images of an archive side by side: which are the same, which look alike."""

import dataclasses
import functools

import numpy as np

from graftnet_tf.archive_tables.reading import matrix, read_tables
from graftnet_tf.data.near_duplicates import near_duplicate_codes
from graftnet_tf.dataset_statistics.looks import TABLES


@dataclasses.dataclass(frozen=True)
class SeenImages:
    """N images that could be decoded, as columns: of a million, some 700 MB with their looks.

    Attributes:
      sources: Location of each, ascending.
      heights, widths: int32 [N], in pixels.
      digests: uint8 [N, 32], SHA-256 of the content.
      contents: int64 [N], equal where the content is the same.
      looks: int32 [N], equal for near-duplicates; see `near_duplicate_codes`.
    """

    sources: list[str]
    heights: np.ndarray
    widths: np.ndarray
    digests: np.ndarray
    contents: np.ndarray
    looks: np.ndarray

    @functools.cached_property
    def row_of(self) -> dict[str, int]:
        """The row of each location."""
        return {source: row for row, source in enumerate(self.sources)}


def read_seen_images(output: str) -> SeenImages:
    """Joins the tables of a job that came to its end.

    Raises:
      GraftNetError: it did not, or a table is damaged.
    """
    sources: list[str] = []
    digests: list[bytes] = []
    columns: dict[str, list[np.ndarray]] = {name: [] for name in ("height", "width", "shape")}
    thumbnails: list[np.ndarray] = []
    for table in read_tables(output, TABLES):
        sources += table["source"].to_pylist()
        digests += map(bytes.fromhex, table["sha256"].to_pylist())
        for name, parts in columns.items():
            parts.append(table[name].to_numpy())
        thumbnails.append(matrix(table, "colour"))
    content = np.frombuffer(b"".join(digests), np.uint8).reshape(-1, 32)
    heights, widths, shapes = (np.concatenate(parts) for parts in columns.values())
    colours = np.concatenate(thumbnails)
    thumbnails.clear()
    contents = np.unique(content.view("V32").ravel(), return_inverse=True)[1]
    looks = near_duplicate_codes(shapes, colours)
    return SeenImages(sources, heights, widths, content, contents, looks)
