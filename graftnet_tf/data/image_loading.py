"""Reading many image files at once, keeping account of those that cannot be read."""

import dataclasses
import functools
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.io import atomic_files
from graftnet_tf.io.image_decoding import decode_bytes
from graftnet_tf.io.op_errors import reason

Result = TypeVar("Result")

_THREADS = 4


class UnreadableImageError(Exception):
    """An image file that training and serving would refuse; the message is the reason."""


@dataclasses.dataclass(frozen=True)
class DecodedImages:
    """Images at the trunk's input size.

    Attributes:
      images: uint8 [M, height, width, 3] RGB in 0…255, one row per readable file.
      rows: Row in `images` of each readable path.
      unreadable: Reason for each path that could not be decoded.
      contents: Sha256 of each file's bytes, by path; None where it could not be read.
    """

    images: np.ndarray
    rows: dict[str, int]
    unreadable: dict[str, str]
    contents: dict[str, str | None]

    @functools.cached_property
    def digests(self) -> list[bytes]:
        """SHA-256 of each row's pixels."""
        return [hashlib.sha256(image).digest() for image in self.images]


def read_data(path: str) -> bytes:
    """The bytes of one file, local or `gs://`.

    Raises:
      UnreadableImageError: the file cannot be read.
    """
    try:
        return atomic_files.read_bytes(path)
    except tf.errors.OpError as error:
        raise UnreadableImageError(reason(error)) from None


def decode(data: bytes) -> tf.Tensor:
    """Decodes one image with the decoder of training and serving.

    Args:
      data: The bytes of a JPEG or PNG file.

    Returns:
      uint8 [H, W, 3] RGB.

    Raises:
      UnreadableImageError: they cannot be decoded.
    """
    if not data:
        raise UnreadableImageError("The file is empty.")
    try:
        return decode_bytes(data)
    except tf.errors.OpError as error:
        raise UnreadableImageError(reason(error)) from None


def process_all(
    paths: Iterable[str], function: Callable[[str], Result], *, description: str
) -> Iterator[tuple[str, Result | UnreadableImageError]]:
    """Applies `function` to every different path on a few threads, with a progress bar.

    Args:
      paths: Image files; repeated ones are processed once.
      function: Function called with a path; may raise `UnreadableImageError`.
      description: What the progress bar on stderr says.

    Yields:
      (path, what `function` returned or the `UnreadableImageError` it raised), in the
      order of `paths`.
    """

    def attempt(path: str) -> Result | UnreadableImageError:
        try:
            return function(path)
        except UnreadableImageError as error:
            return error

    unique = list(dict.fromkeys(paths))
    with ThreadPoolExecutor(_THREADS) as pool:
        done = tqdm(
            pool.map(attempt, unique),
            desc=description,
            total=len(unique),
            unit="image",
            leave=False,
        )
        yield from zip(unique, done, strict=True)


def decode_all(
    paths: Sequence[str], preprocessing: Preprocessing, *, memory_limit: int = 4 << 30
) -> DecodedImages:
    """Reads and decodes every different path once and letterboxes it to the trunk's input size.

    Args:
      paths: JPEG or PNG files, local or `gs://`.
      preprocessing: Its `letterbox` gives the size.
      memory_limit: bytes; when the images take more, they are kept in a nameless file
        in the directory for temporary files (`TMPDIR`), gone with the array.

    Returns:
      The images, with rows in the order of `paths`, and those left out.
    """
    shape = (len(set(paths)), preprocessing.height, preprocessing.width, 3)
    images = _allocate(shape, memory_limit)
    letterbox = tf.function(
        lambda image: preprocessing.letterbox(image[tf.newaxis])[0],
        input_signature=[tf.TensorSpec([None, None, 3], tf.uint8)],
    )
    rows: dict[str, int] = {}
    unreadable: dict[str, str] = {}
    contents: dict[str, str | None] = {}

    def fitted(path: str) -> tuple[str, np.ndarray | UnreadableImageError]:
        data = read_data(path)
        digest = hashlib.sha256(data).hexdigest()
        try:
            return digest, letterbox(decode(data)).numpy()
        except UnreadableImageError as error:
            return digest, error

    for path, found in process_all(paths, fitted, description="Decoding"):
        contents[path], result = found if isinstance(found, tuple) else (None, found)
        if isinstance(result, UnreadableImageError):
            unreadable[path] = str(result)
        else:
            images[len(rows)] = result
            rows[path] = len(rows)
    return DecodedImages(images[: len(rows)], rows, unreadable, contents)


def _allocate(shape: tuple[int, ...], memory_limit: int) -> np.ndarray:
    """A uint8 array, in memory or, beyond `memory_limit` bytes, in a nameless file."""
    size = int(np.prod(shape, dtype=np.int64))
    if size <= memory_limit:
        return np.empty(shape, np.uint8)
    with tempfile.TemporaryFile() as file:
        try:
            os.posix_fallocate(file.fileno(), 0, size)  # a full disk ends a job that maps holes
        except OSError as error:
            error.filename = os.path.join(tempfile.gettempdir(), "decoded images")
            raise
        return np.memmap(file, np.uint8, "r+", shape=shape)
