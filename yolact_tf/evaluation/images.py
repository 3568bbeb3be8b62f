"""Images read ahead, while the network is busy with those before."""

import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from yolact_tf.config import YolactConfig
from yolact_tf.data.coco import AnnotatedImage
from yolact_tf.data.decoded_image import decode
from yolact_tf.data.preprocessing import network_input
from yolact_tf.errors import YolactError


class InputBatch(NamedTuple):
    """N images for the network.

    Attributes:
      images: float32 [N, S, S, 3], normalised; of one that cannot be read, anything.
      places: int64 [N], index of each in the list that was given.
      reasons: string [N], why an image cannot be read; empty if it can.
      seconds: float64 [N], spent on reading, decoding and resizing each.
    """

    images: tf.Tensor
    places: tf.Tensor
    reasons: tf.Tensor
    seconds: tf.Tensor


def input_batches(
    images: Sequence[AnnotatedImage], config: YolactConfig, batch_size: int
) -> tf.data.Dataset:
    """Every image once, in order, as `InputBatch`; the last batch may be smaller."""

    def read(place: tf.Tensor) -> InputBatch:
        start = tf.timestamp()
        pixels, reason = tf.numpy_function(
            lambda index: _pixels_or_reason(images[index]), [place], [tf.uint8, tf.string]
        )
        image = network_input(tf.ensure_shape(pixels, [None, None, 3])[None], config)[0]
        with tf.control_dependencies([image]):
            seconds = tf.timestamp() - start
        return InputBatch(image, place, tf.ensure_shape(reason, []), seconds)

    options = tf.data.Options()
    options.autotune.enabled = False  # its thread may take ten seconds to end
    return (
        tf.data.Dataset.range(len(images))
        .map(read, num_parallel_calls=os.cpu_count(), deterministic=True)
        .batch(batch_size)
        .prefetch(2)
        .with_options(options)
    )


def read_pixels(image: AnnotatedImage) -> np.ndarray:
    """The image as it was annotated, uint8 [height, width, 3], RGB.

    Raises:
      YolactError: it cannot be read, is no image, or is not of the size annotated.
    """
    return decode(image._replace(objects=()), max(image.height, image.width)).pixels


def _pixels_or_reason(image: AnnotatedImage) -> tuple[np.ndarray, bytes]:
    try:
        return read_pixels(image), b""
    except YolactError as error:
        return np.zeros((1, 1, 3), np.uint8), str(error).encode()
