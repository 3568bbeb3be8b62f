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


def readable_batches(
    reader: ImageReader,
    read: Callable[[np.ndarray], Result],
    rows: np.ndarray,
    *,
    batch: int = 32,
    description: str,
) -> Iterator[tuple[np.ndarray, Result]]:
    """Yields the readable ones of consecutive parts of `rows`, and what `read` gives for them.

    Args:
      reader: Reader of the images.
      read: Function of int [n] row numbers, which may raise `UnreadableRowsError`.
      rows: int [M].
      batch: Rows per part; the last one may have fewer.
      description: What the progress bar on stderr says.

    Raises:
      GraftNetError: none is readable.
    """
    parts = in_batches(
        lambda part: reader.readable(part, read), rows, batch=batch, description=description
    )
    empty = True
    for left, inputs in parts:
        if inputs is not None:
            empty = False
            yield left, inputs
    if empty:
        raise GraftNetError("None of the training images that were asked for can be read.")


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
    graph = tf.function(function, reduce_retracing=True, autograph=False)
    found = [
        (left, graph(tf.constant(inputs)).numpy())
        for left, inputs in readable_batches(
            reader, read, rows, batch=batch, description=description
        )
    ]
    kept, outputs = zip(*found, strict=True)
    return np.concatenate(kept), np.concatenate(outputs)
