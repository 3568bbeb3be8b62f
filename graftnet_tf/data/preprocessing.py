"""From a uint8 image to the trunk's input: the same ops in training and in serving."""

import dataclasses

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Preprocessing:
    """Letterboxing to the input size, then scaling of the values.

    Attributes:
      height, width: Input size in pixels.
      low, high: Floats that pixel values 0 and 255 become.
    """

    height: int
    width: int
    low: float = 0.0
    high: float = 1.0

    def letterbox(self, images: tf.Tensor) -> tf.Tensor:
        """Shrinks or enlarges images to fit, keeping their aspect; pads with black.

        Black is also what removed background becomes, so padding looks like it.

        Args:
          images: uint8 or float32 [N, H, W, 3] in 0…255, any H and W.

        Returns:
          uint8 [N, height, width, 3]: antialiased bilinear, image in the middle.
        """
        size = tf.cast(tf.shape(images)[1:3], tf.float32)
        target = tf.constant([self.height, self.width], tf.float32)
        fitted = tf.cast(tf.round(size * tf.reduce_min(target / size)), tf.int32)
        fitted = tf.clip_by_value(fitted, 1, [self.height, self.width])
        resized = tf.cond(
            tf.reduce_all(tf.shape(images)[1:3] == fitted),
            lambda: tf.cast(images, tf.float32),
            lambda: tf.image.resize(images, fitted, antialias=True),
        )
        resized = tf.cast(tf.round(tf.clip_by_value(resized, 0.0, 255.0)), tf.uint8)
        before = ([self.height, self.width] - fitted) // 2
        after = [self.height, self.width] - fitted - before
        padded = tf.pad(resized, [[0, 0], [before[0], after[0]], [before[1], after[1]], [0, 0]])
        return tf.ensure_shape(padded, [None, self.height, self.width, 3])

    def scale(self, images: tf.Tensor) -> tf.Tensor:
        """uint8 [...] in 0…255 to float32 [...] in low…high."""
        return tf.cast(images, tf.float32) * ((self.high - self.low) / 255.0) + self.low

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """uint8 [N, H, W, 3], any H and W, to float32 [N, height, width, 3] in low…high."""
        return self.scale(self.letterbox(images))

    def to_dict(self) -> dict:
        return dataclasses.asdict(self)
