"""One vector per picture: the trunk's last block, averaged over its places."""

import dataclasses
import functools
import hashlib
import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from graftnet_tf import files
from graftnet_tf.blocks import CHANNELS
from graftnet_tf.pictures import UnreadablePictureError, decode, read_data
from graftnet_tf.trunk import Trunk

_SHARD = 256  # pictures per file of the cache
_BATCH = 32
_THREADS = 4


@dataclasses.dataclass(frozen=True)
class TrunkFeatures:
    """Features of the readable ones of some picture files.

    Attributes:
      vectors: float32 [M, D]; D is 2048 where the trunk reaches block 9, 1280 at block 8.
      rows: row in `vectors` of each readable path.
      unreadable: reason for each path that could not be decoded.
      content_hash: sha256 over the files' bytes, in the order of the paths.
    """

    vectors: np.ndarray
    rows: dict[str, int]
    unreadable: dict[str, str]
    content_hash: str


class TrunkFeatureReader:
    """Computes features once and keeps them in small files, so that a killed run goes on.

    A file is named by the trunk's fingerprint and the bytes of its pictures, so tasks over
    the same pictures share it and a changed picture is never mistaken for the old one.
    Neither decoded pictures nor more than one batch of them are held in memory.
    """

    def __init__(self, trunk: Trunk, directory: str):
        """Takes the trunk and the cache's directory, local or `gs://`."""
        self._trunk, self._directory = trunk, directory
        self._fingerprint = trunk.fingerprints[str(trunk.last_block)]

    def read(self, paths: Sequence[str]) -> TrunkFeatures:
        """Features of different picture files, local or `gs://`, with a progress bar."""
        vectors = np.empty([len(paths), CHANNELS[self._trunk.last_block]], np.float32)
        contents = hashlib.sha256()
        with (
            ThreadPoolExecutor(_THREADS) as readers,
            tqdm(total=len(paths), desc="Features", unit="picture", leave=False) as bar,
        ):
            for start in range(0, len(paths), _SHARD):
                shard = list(readers.map(_content, paths[start : start + _SHARD]))
                digests = b"".join(hashlib.sha256(content).digest() for content in shard)
                contents.update(digests)
                vectors[start : start + len(shard)] = self._shard(shard, digests, readers)
                bar.update(len(shard))
        readable = ~np.isnan(vectors[:, 0])
        return TrunkFeatures(
            vectors if readable.all() else vectors[readable],
            {paths[index]: row for row, index in enumerate(np.flatnonzero(readable))},
            {paths[index]: _reason(paths[index]) for index in np.flatnonzero(~readable)},
            contents.hexdigest(),
        )

    def _shard(
        self, contents: Sequence[bytes], digests: bytes, readers: ThreadPoolExecutor
    ) -> np.ndarray:
        """float32 [n, D]; a row of NaN for a picture that cannot be decoded."""
        key = hashlib.sha256(self._fingerprint.encode() + digests).hexdigest()
        path = os.path.join(self._directory, f"{key[:32]}.npy")
        if tf.io.gfile.exists(path):
            return np.load(io.BytesIO(files.read_bytes(path)))
        vectors = np.concatenate(
            [
                self._computed(list(readers.map(self._fitted, contents[start : start + _BATCH])))
                for start in range(0, len(contents), _BATCH)
            ]
        )
        npy = io.BytesIO()
        np.save(npy, vectors)
        files.write_bytes(path, npy.getvalue())
        return vectors

    def _computed(self, pictures: Sequence[np.ndarray | None]) -> np.ndarray:
        vectors = np.full([len(pictures), CHANNELS[self._trunk.last_block]], np.nan, np.float32)
        decoded = [picture for picture in pictures if picture is not None]
        if decoded:
            filled = [index for index, picture in enumerate(pictures) if picture is not None]
            vectors[filled] = self._network(tf.constant(np.stack(decoded))).numpy()
        return vectors

    def _fitted(self, content: bytes) -> np.ndarray | None:
        try:
            return self._trunk.preprocessing.letterbox(decode(content)[tf.newaxis])[0].numpy()
        except UnreadablePictureError:
            return None

    @functools.cached_property
    def _network(self) -> tf.types.experimental.GenericFunction:
        blocks = self._trunk.blocks(0, self._trunk.last_block)
        scale = self._trunk.preprocessing.scale
        return tf.function(
            lambda images: tf.reduce_mean(blocks(scale(images)), axis=[1, 2]),
            reduce_retracing=True,
        )


def _content(path: str) -> bytes:
    """A file's bytes; none when it cannot be read, which `_reason` then explains."""
    try:
        return read_data(path)
    except UnreadablePictureError:
        return b""


def _reason(path: str) -> str:
    try:
        decode(read_data(path))
    except UnreadablePictureError as error:
        return str(error)
    return "It could be decoded only at a second attempt; run again."
