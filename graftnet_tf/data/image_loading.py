"""Reading many image files at once, keeping account of those that cannot be read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import tensorflow as tf
from tqdm import tqdm

from graftnet_tf.io.image_decoding import decode_bytes
from graftnet_tf.io.op_errors import reason
from graftnet_tf.io.patient_reading import read_patiently

Result = TypeVar("Result")

_THREADS = 4


class UnreadableImageError(Exception):
    """An image file that training and serving would refuse; the message is the reason."""


def read_data(path: str) -> bytes:
    """The bytes of one file, local or `gs://`; a file system that fails is tried again.

    Raises:
      UnreadableImageError: the file cannot be read.
      GraftNetError: its file system fails lastingly.
    """
    try:
        return read_patiently(path)
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


def attempt(function: Callable[..., Result], *arguments: Any) -> Result | UnreadableImageError:
    """What `function` returns, or the `UnreadableImageError` it raises."""
    try:
        return function(*arguments)
    except UnreadableImageError as error:
        return error


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
    return process_parts(
        paths, lambda part: [attempt(function, *part)], part=1, description=description
    )


def process_parts(
    paths: Iterable[str],
    function: Callable[[Sequence[str]], Sequence[Result]],
    *,
    part: int,
    description: str,
) -> Iterator[tuple[str, Result]]:
    """Applies `function` to parts of the different paths on a few threads, with a progress bar.

    Args:
      paths: Image files; repeated ones are processed once.
      function: Function called with some paths; returns as many results.
      part: Paths at a time; the last part may have fewer.
      description: What the progress bar on stderr says.

    Yields:
      (path, its result), in the order of `paths`.
    """
    unique = list(dict.fromkeys(paths))
    parts = [unique[first : first + part] for first in range(0, len(unique), part)]
    with (
        ThreadPoolExecutor(_THREADS) as pool,
        tqdm(desc=description, total=len(unique), unit="image", leave=False) as bar,
    ):
        for some, results in zip(parts, pool.map(function, parts), strict=True):
            yield from zip(some, results, strict=True)
            bar.update(len(some))
