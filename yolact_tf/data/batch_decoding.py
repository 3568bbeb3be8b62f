"""Decoding a batch of image files inside the graph, each one for itself."""

from typing import NamedTuple

import tensorflow as tf

from graftnet_tf.io.image_decoding import decode_image
from yolact_tf.config import YolactConfig
from yolact_tf.data.preprocessing import network_input


class ImageBatch(NamedTuple):
    """N images of different sizes.

    Attributes:
      images: uint8 [N, H, W, 3] of the largest height and width, zero beyond each.
      inputs: float32 [N, S, S, 3], what the network takes.
      sizes: int32 [N, 2], height and width; 0 where an image could not be decoded.
    """

    images: tf.Tensor
    inputs: tf.Tensor
    sizes: tf.Tensor


def decode_batch(images: tf.Tensor, config: YolactConfig) -> ImageBatch:
    """Decodes those images of a batch that can be decoded.

    Made of tf.data's core ops: its `ignore_errors` drops one image where an op of an
    ordinary graph would fail the whole batch.

    Args:
      images: string [N], the bytes of JPEG or PNG files; N may be 0.
      config: Configuration of the network.
    """

    def decode(data: tf.Tensor) -> ImageBatch:
        image = decode_image(data)
        inputs = network_input(image[tf.newaxis], config)[0]
        return ImageBatch(image, inputs, tf.shape(image)[:2])

    def decode_or_nothing(data: tf.Tensor) -> tf.data.Dataset:
        decoded = tf.data.Dataset.from_tensors(data).map(decode).ignore_errors()
        return decoded.concatenate(nothing).take(1)

    side = config.size
    nothing = tf.data.Dataset.from_tensors(
        ImageBatch(
            tf.zeros([0, 0, 3], tf.uint8), tf.zeros([side, side, 3]), tf.zeros([2], tf.int32)
        )
    )
    decoded = tf.data.Dataset.from_tensor_slices(images).interleave(
        decode_or_nothing, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True
    )
    count = tf.size(images, out_type=tf.int64)
    batch = decoded.concatenate(nothing).padded_batch(count + 1).get_single_element()
    return ImageBatch(*(values[:-1] for values in batch))
