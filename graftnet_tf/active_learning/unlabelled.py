"""What is left of an archive to choose from."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from graftnet_tf.active_learning.archive_index import ArchiveIndex
from graftnet_tf.data.near_duplicates import near_any


class LabelledImages(NamedTuple):
    """M images that a task has: `hashes`, `shapes` and `colours` as in `ArchiveIndex`."""

    hashes: list[str]
    shapes: np.ndarray
    colours: np.ndarray


def unlabelled(
    index: ArchiveIndex, labelled: LabelledImages | None, asked_for: Collection[str]
) -> np.ndarray:
    """Images that nobody labelled and nobody is asked to, one of those that look alike.

    Args:
      index: Of the archive.
      labelled: The images that the task has; None where it has none.
      asked_for: Hashes of the images of other batches.

    Returns:
      int64 [n], ascending rows of `index`.
    """
    hashes = set(asked_for)
    taken = np.array([digest in hashes for digest in index.hashes], bool)
    if labelled is not None:
        taken |= near_any(index.shapes, index.colours, labelled.shapes, labelled.colours)
        known = set(labelled.hashes)
        taken |= np.array([digest in known for digest in index.hashes], bool)
    taken |= np.isin(index.alike, index.alike[taken])
    left = np.flatnonzero(~taken)
    _, firsts = np.unique(index.alike[left], return_index=True)
    return left[np.sort(firsts)]
