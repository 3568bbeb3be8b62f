"""One vector per image: the trunk's last block, averaged over its places."""

import functools
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from graftnet_tf.data.image_reader import ImageReader
from graftnet_tf.features import feature_cache
from graftnet_tf.features.feature_cache import FeatureCache
from graftnet_tf.training.batched_inference import in_batches
from graftnet_tf.trunk.block_means import block_means
from graftnet_tf.trunk.trunk import Trunk

_BATCH = 32
_KEY_BYTES = 16


class TrunkFeatureReader:
    """Computes each image's features once and caches them, so that a killed run goes on.

    They are kept under the trunk's fingerprint and the image's hash, wherever it stands in
    whatever list: tasks share their images, and a changed one is never mistaken for the old.
    Neither decoded images nor more than one batch of them are held in memory.
    """

    def __init__(self, trunk: Trunk, directory: str, *, limit: int = feature_cache.DEFAULT_LIMIT):
        """Takes the trunk, and the cache's directory and limit, see `FeatureCache`."""
        self._trunk = trunk
        shelf = f"{trunk.fingerprints[str(trunk.last_block)][:16]}-means"
        self._cache = FeatureCache(directory, shelf, limit=limit)

    def read(self, images: ImageReader) -> tuple[np.ndarray, np.ndarray]:
        """Features of the readable images, with a progress bar; only those not cached are opened.

        Args:
          images: Reads images at the trunk's input size, and has the reasons of those it cannot.

        Returns:
          (int64 [m], their rows, ascending; float32 [m, D], D being the channels of the
          trunk's last block).

        Raises:
          GraftNetError: a file is another than was listed, or its file system fails lastingly.
        """
        vectors = np.empty([len(images), self._trunk.channels], np.float32)
        rows = np.empty(len(images), np.int64)
        count = 0
        for left, found in in_batches(
            lambda part: self._read(images, part),
            np.arange(len(images)),
            batch=feature_cache.SHARD,
            description="Features",
        ):
            if found is not None:
                rows[count : count + len(left)] = left
                vectors[count : count + len(left)] = found
                count += len(left)
        return rows[:count], vectors[:count]

    def _read(self, images: ImageReader, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """(those of int [n] rows that are readable; float32 [m, D], None without any)."""
        computed: dict[bytes, np.ndarray] = {}  # outlives each row that turns out unreadable
        return images.readable(rows, lambda left: self._vectors(images, left, computed))

    def _vectors(
        self, images: ImageReader, rows: np.ndarray, computed: dict[bytes, np.ndarray]
    ) -> np.ndarray:
        """float32 [n, D] of int [n] rows; adds what it computes to `computed`."""
        keys = [content.tobytes()[:_KEY_BYTES] for content in images.contents[rows]]
        row_of = dict(zip(keys, rows.tolist(), strict=True))

        def compute(wanted: Sequence[bytes]) -> np.ndarray:
            new = [key for key in wanted if key not in computed]
            for start in range(0, len(new), _BATCH):
                some = new[start : start + _BATCH]
                batch = images.read(np.array([row_of[key] for key in some]))
                computed.update(zip(some, self._network(tf.constant(batch)).numpy(), strict=True))
            return np.stack([computed[key] for key in wanted])

        self._cache.fill(list(row_of), compute, description="Features")
        kept = {key: self._cache.read(key) for key in row_of}
        vectors = {key: vector for key, vector in kept.items() if vector is not None}
        if left_out := [key for key in row_of if key not in vectors]:
            vectors.update(zip(left_out, compute(left_out), strict=True))
        return np.stack([vectors[key] for key in keys])

    @functools.cached_property
    def _network(self) -> Callable[[tf.Tensor], tf.Tensor]:
        return block_means(self._trunk)
