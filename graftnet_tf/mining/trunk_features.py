"""One vector per image: the trunk's last block, averaged over its places."""

import dataclasses
import functools
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from graftnet_tf.data.image_loading import UnreadableImageError, decode, read_data
from graftnet_tf.features import feature_cache
from graftnet_tf.features.feature_cache import FeatureCache
from graftnet_tf.models.inception_blocks import CHANNELS
from graftnet_tf.trunk.trunk import Trunk

_BATCH = 32
_THREADS = 4


@dataclasses.dataclass(frozen=True)
class TrunkFeatures:
    """Features of the readable ones of some image files.

    Attributes:
      vectors: float32 [M, D]; D is 2048 where the trunk reaches block 9, 1280 at block 8.
      rows: Row in `vectors` of each readable path.
      unreadable: Reason for each path that could not be decoded.
      content_hash: Sha256 over the files' bytes, in the order of the paths.
    """

    vectors: np.ndarray
    rows: dict[str, int]
    unreadable: dict[str, str]
    content_hash: str


class TrunkFeatureReader:
    """Computes each image's features once and caches them, so that a killed run goes on.

    They are kept under the trunk's fingerprint and the image's bytes, wherever it stands in
    whatever list: tasks share their images, and a changed one is never mistaken for the old.
    Neither decoded images nor more than one batch of them are held in memory.
    """

    def __init__(self, trunk: Trunk, directory: str, *, limit: int = feature_cache.DEFAULT_LIMIT):
        """Takes the trunk, and the cache's directory and limit, see `FeatureCache`."""
        self._trunk = trunk
        shelf = f"{trunk.fingerprints[str(trunk.last_block)][:16]}-averages"
        self._cache = FeatureCache(directory, shelf, limit=limit)

    def read(self, paths: Sequence[str]) -> TrunkFeatures:
        """Features of different image files, local or `gs://`, with a progress bar.

        Every file is read once.
        """
        vectors = np.empty([len(paths), self._size], np.float32)
        rows: dict[str, int] = {}
        unreadable: dict[str, str] = {}
        digests = hashlib.sha256()
        with (
            ThreadPoolExecutor(_THREADS) as readers,
            tqdm(total=len(paths), desc="Features", unit="image", leave=False) as bar,
        ):
            for start in range(0, len(paths), feature_cache.SHARD):
                part = paths[start : start + feature_cache.SHARD]
                contents = list(readers.map(_content, part))
                for path, content, vector in zip(
                    part, contents, self._vectors(contents, readers), strict=True
                ):
                    digests.update(_sha256(content))
                    if np.isnan(vector[0]):
                        unreadable[path] = str(_decoded(content))
                    else:
                        vectors[len(rows)] = vector
                        rows[path] = len(rows)
                bar.update(len(part))
        return TrunkFeatures(vectors[: len(rows)], rows, unreadable, digests.hexdigest())

    @property
    def _size(self) -> int:
        return CHANNELS[self._trunk.last_block]

    def _vectors(
        self, contents: Sequence[bytes | UnreadableImageError], readers: ThreadPoolExecutor
    ) -> list[np.ndarray]:
        """float32 [D] of each file; NaN where it cannot be read or decoded."""
        keys = [_sha256(content)[:16] for content in contents]
        by_key = dict(zip(keys, contents, strict=True))

        def compute(wanted: Sequence[bytes]) -> np.ndarray:
            return self._computed([by_key[key] for key in wanted], readers)

        self._cache.fill(list(by_key), compute, description="Features")
        kept = {key: self._cache.read(key) for key in by_key}
        arrays = {key: vector for key, vector in kept.items() if vector is not None}
        if left_out := [key for key in by_key if key not in arrays]:
            arrays.update(zip(left_out, compute(left_out), strict=True))
        return [arrays[key] for key in keys]

    def _computed(
        self, contents: Sequence[bytes | UnreadableImageError], readers: ThreadPoolExecutor
    ) -> np.ndarray:
        """float32 [n, D] as for `_vectors`."""
        parts = [contents[start : start + _BATCH] for start in range(0, len(contents), _BATCH)]
        return np.concatenate([self._batch(list(readers.map(self._fitted, p))) for p in parts])

    def _batch(self, images: Sequence[np.ndarray | None]) -> np.ndarray:
        vectors = np.full([len(images), self._size], np.nan, np.float32)
        decoded = [image for image in images if image is not None]
        if decoded:
            filled = [index for index, image in enumerate(images) if image is not None]
            vectors[filled] = self._network(tf.constant(np.stack(decoded))).numpy()
        return vectors

    def _fitted(self, content: bytes | UnreadableImageError) -> np.ndarray | None:
        image = _decoded(content)
        if isinstance(image, UnreadableImageError):
            return None
        return self._trunk.preprocessing.letterbox(image[tf.newaxis])[0].numpy()

    @functools.cached_property
    def _network(self) -> tf.types.experimental.GenericFunction:
        blocks = self._trunk.blocks(0, self._trunk.last_block)
        scale = self._trunk.preprocessing.scale
        return tf.function(
            lambda images: tf.reduce_mean(blocks(scale(images)), axis=[1, 2]),
            reduce_retracing=True,
        )


def _content(path: str) -> bytes | UnreadableImageError:
    """A file's bytes, or why they cannot be read."""
    try:
        return read_data(path)
    except UnreadableImageError as error:
        return error


def _sha256(content: bytes | UnreadableImageError) -> bytes:
    """Of a file's bytes; one that cannot be read counts as empty."""
    return hashlib.sha256(content if isinstance(content, bytes) else b"").digest()


def _decoded(content: bytes | UnreadableImageError) -> tf.Tensor | UnreadableImageError:
    """The image of `_content`, uint8 [H, W, 3], or why there is none."""
    if isinstance(content, UnreadableImageError):
        return content
    try:
        return decode(content)
    except UnreadableImageError as error:
        return error
