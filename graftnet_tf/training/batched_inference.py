"""Running a function over more rows than fit one batch."""

from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf
from tqdm import tqdm


def in_batches(
    function: Callable[[np.ndarray], np.ndarray],
    rows: np.ndarray,
    *,
    batch: int = 32,
    description: str,
) -> Iterator[np.ndarray]:
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


def apply(
    function: Callable[[tf.Tensor], tf.Tensor],
    read: Callable[[np.ndarray], np.ndarray],
    rows: np.ndarray,
    *,
    batch: int = 32,
    description: str,
) -> np.ndarray:
    """`function` of what `read` gives for `rows`, a batch at a time, as one array.

    Args:
      function: Function of a batch [n, …]; traced once, for any n.
      read: Function of int [n] row numbers.
      rows: int [M].
      batch: Rows at a time; the last batch may have fewer.
      description: What the progress bar on stderr says.

    Returns:
      Array [M, …].
    """
    graph = tf.function(function, reduce_retracing=True)
    parts = in_batches(
        lambda part: graph(tf.constant(read(part))).numpy(),
        rows,
        batch=batch,
        description=description,
    )
    return np.concatenate(list(parts))
