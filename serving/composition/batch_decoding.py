"""Decoding a batch of image files inside the graph, each one for itself."""

from collections.abc import Callable

import tensorflow as tf


def decode_batch(
    images: tf.Tensor, decode: Callable[[tf.Tensor], tf.Tensor], input_shape: tf.TensorShape
) -> tuple[tf.Tensor, tf.Tensor]:
    """Decodes those images of a batch that can be decoded.

    Made of tf.data's core ops: its `ignore_errors` drops one image where an op of an
    ordinary graph would fail the whole batch.

    Args:
      images: string [N], the bytes of JPEG or PNG files.
      decode: Function from one file, string [], to the trunk's input, float32 [h, w, 3].
      input_shape: Static (h, w, 3).

    Returns:
      (float32 [M, h, w, 3], int64 [M]): the inputs of the M ≤ N images that could be
      decoded, and their rows in `images`. M may be 0: were that an error, a request's
      answer would depend on those that a server batches it with.
    """
    count = tf.size(images, out_type=tf.int64)
    decoded = (
        tf.data.Dataset.from_tensor_slices(images)
        .enumerate()
        .map(lambda row, file: (decode(file), row), num_parallel_calls=tf.data.AUTOTUNE)
        .ignore_errors()
    )
    end = tf.data.Dataset.from_tensors((tf.zeros(input_shape), tf.constant(-1, tf.int64)))
    inputs, rows = decoded.concatenate(end).batch(count + 1).get_single_element()
    return inputs[:-1], rows[:-1]


def spread(values: tf.Tensor, rows: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """float32 [M, …] to float32 [count, …]: each value in its row, NaN in the others."""
    shape = tf.concat([count[tf.newaxis], tf.shape(values, tf.int64)[1:]], axis=0)
    missing = tf.ensure_shape(tf.fill(shape, float("nan")), [None, *values.shape[1:]])
    return tf.tensor_scatter_nd_update(missing, rows[:, tf.newaxis], values)


def decoded_flags(rows: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """bool [count]: true in the given rows."""
    return tf.scatter_nd(rows[:, tf.newaxis], tf.ones_like(rows), [count]) > 0
