"""Running a function over more rows than fit one batch."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from graftnet_tf.data.image_reader import ImageReader
from graftnet_tf.errors import GraftNetError

Result = TypeVar("Result")


def in_batches(
    function: Callable[[np.ndarray], Result],
    rows: np.ndarray,
    *,
    batch: int = 32,
    description: str,
) -> Iterator[Result]:
    """Yields `function` of consecutive parts of `rows`, with a progress bar.

    Args:
      function: Function of int [n] row numbers.
      rows: int [M].
      batch: Rows per part; the last one may have fewer.
      description: What the progress bar on stderr says.
    """
    with tqdm(total=len(rows), desc=description, unit="image", leave=False) as bar:
        for start in range(0, len(rows), batch):
            part = rows[start : start + batch]
            yield function(part)
            bar.update(len(part))


def apply_readable(
    reader: ImageReader,
    function: Callable[[tf.Tensor], tf.Tensor],
    read: Callable[[np.ndarray], np.ndarray],
    rows: np.ndarray,
    *,
    batch: int = 32,
    description: str,
) -> tuple[np.ndarray, np.ndarray]:
    """`function` of what `read` gives for the readable ones of `rows`, a batch at a time.

    Args:
      reader: Reader of the images.
      function: Function of a batch [n, …]; traced once, for any n.
      read: Function of int [n] row numbers, which may raise `UnreadableRowsError`.
      rows: int [M].
      batch: Rows at a time; the last batch may have fewer.
      description: What the progress bar on stderr says.

    Returns:
      (int [m], the rows left; array [m, …]).

    Raises:
      GraftNetError: none is readable.
    """
    graph = tf.function(function, reduce_retracing=True)

    def part(some: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        left, inputs = reader.readable(some, read)
        return left, None if inputs is None else graph(tf.constant(inputs)).numpy()

    found = [
        (left, outputs)
        for left, outputs in in_batches(part, rows, batch=batch, description=description)
        if outputs is not None
    ]
    if not found:
        raise GraftNetError("None of the training images that were asked for can be read.")
    kept, outputs = zip(*found, strict=True)
    return np.concatenate(kept), np.concatenate(outputs)
