"""Running a function over rows that are all at hand."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from graftnet_tf.training.batched_inference import in_batches


def apply(
    function: Callable[[tf.Tensor], tf.Tensor],
    read: Callable[[np.ndarray], np.ndarray],
    rows: np.ndarray,
    *,
    batch: int = 32,
    description: str,
) -> np.ndarray:
    """`function` of what `read` gives for int [M] `rows`, a batch at a time, as one array."""
    graph = tf.function(function, reduce_retracing=True)
    parts = in_batches(
        lambda part: graph(tf.constant(read(part))).numpy(),
        rows,
        batch=batch,
        description=description,
    )
    return np.concatenate(list(parts))
