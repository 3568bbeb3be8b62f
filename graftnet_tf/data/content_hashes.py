"""SHA-256 of the files that lists of examples name."""

import hashlib
from collections.abc import Sequence

import numpy as np

from graftnet_tf.data.image_loading import UnreadableImageError, process_all, read_data
from graftnet_tf.workspace.task_split import TaskSplit


def content_hashes(splits: Sequence[TaskSplit]) -> list[np.ndarray]:
    """Hash of each example's image file, as its list has it.

    Where a list has none, the files are read, different ones once, on a few threads.

    Args:
      splits: Splits of different tasks.

    Returns:
      For each split uint8 [M, 32]; zeros for a file that cannot be read.
    """
    hashed = [np.flatnonzero(~split.examples.known) for split in splits]
    paths = {split.paths[row] for split, rows in zip(splits, hashed, strict=True) for row in rows}
    found = dict(process_all(sorted(paths), _digest, description="Hashing images"))
    contents = []
    for split, rows in zip(splits, hashed, strict=True):
        own = np.array(split.examples.contents)
        for row in rows:
            digest = found[split.paths[row]]
            own[row] = 0 if isinstance(digest, UnreadableImageError) else digest
        contents.append(own)
    return contents


def _digest(path: str) -> np.ndarray:
    return np.frombuffer(hashlib.sha256(read_data(path)).digest(), np.uint8)
