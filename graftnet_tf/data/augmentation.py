"""Augmentation suited to person crops: upright, centred, lit by a lift's lamp."""

import dataclasses

import tensorflow as tf

from graftnet_tf.data.addons import cutout, transform

_DRAWN = 9  # numbers that an image's changes are made of


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """How far images are changed; each amount is drawn uniformly, per image.

    Attributes:
      flip: Mirror half of the images left to right.
      shift: Largest shift, as a fraction of height and of width.
      rotation: Largest rotation, in degrees, either way.
      zoom: Largest relative change of size, either way.
      colour: Largest relative change of brightness and contrast, either way.
      erasing: Side of an erased rectangle, as a fraction of the image's (Zhong et al.
        2020, "Random Erasing"), at a place of its own in each image; 0 erases nothing.
    """

    flip: bool = True
    shift: float = 0.05
    rotation: float = 5.0
    zoom: float = 0.1
    colour: float = 0.2
    erasing: float = 0.2

    @classmethod
    def none(cls) -> "Augmentation":
        """One that changes nothing."""
        return cls(flip=False, shift=0, rotation=0, zoom=0, colour=0, erasing=0)

    def __call__(self, images: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        """Augments each image by its own seed, whatever other images are in the batch.

        Args:
          images: uint8 [N, h, w, 3].
          seeds: int32 [N, 2]; of one seed for a batch, `tf.random.split(seed, N)` makes them.

        Returns:
          float32 [N, h, w, 3] in 0…255; what moves in from outside is black before colours
          are changed.
        """
        amounts = tf.map_fn(_draw, seeds, fn_output_signature=tf.TensorSpec([_DRAWN], tf.float32))
        motions, colours, centres = tf.split(amounts, [5, 2, 2], axis=1)
        images = tf.cast(images, tf.float32)
        images = transform(images, self._motions(images, motions), interpolation="bilinear")
        images = self._recolour(images, colours)
        return self._erase(images, centres)

    def _motions(self, images: tf.Tensor, amounts: tf.Tensor) -> tf.Tensor:
        """float32 [N, 8]: projective transforms, output to input, about the centre."""
        height, width = _size(images)
        flip, zoom, angle, dx, dy = tf.unstack(amounts, axis=1)
        mirror = tf.where((flip < 0) & self.flip, -1.0, 1.0)
        scale = 1.0 + self.zoom * zoom
        angle = angle * (self.rotation * 3.14159265 / 180.0)
        cosine, sine = tf.cos(angle) * scale, tf.sin(angle) * scale
        centre_x, centre_y = (width - 1.0) / 2.0, (height - 1.0) / 2.0
        offset_x = centre_x + dx * self.shift * width
        offset_y = centre_y + dy * self.shift * height
        zeros = tf.zeros_like(dx)
        return tf.stack(
            [
                mirror * cosine,
                -sine,
                offset_x - mirror * cosine * centre_x + sine * centre_y,
                mirror * sine,
                cosine,
                offset_y - mirror * sine * centre_x - cosine * centre_y,
                zeros,
                zeros,
            ],
            axis=1,
        )

    def _recolour(self, images: tf.Tensor, amounts: tf.Tensor) -> tf.Tensor:
        brightness, contrast = tf.unstack(amounts[:, :, tf.newaxis, tf.newaxis, tf.newaxis], axis=1)
        mean = tf.reduce_mean(images, axis=(1, 2), keepdims=True)
        images = (images - mean) * (1.0 + self.colour * contrast) + mean
        return tf.clip_by_value(images * (1.0 + self.colour * brightness), 0.0, 255.0)

    def _erase(self, images: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
        height, width = _size(images)
        sides = tf.cast(tf.stack([height, width]) * self.erasing / 2.0, tf.int32) * 2
        if self.erasing == 0:
            return images
        centres = places * tf.stack([height, width])
        return cutout(images, sides, tf.cast(centres, tf.int32))


def _draw(seed: tf.Tensor) -> tf.Tensor:
    """float32 [_DRAWN], what one image is changed by: 5 motions and 2 colours in [-1, 1), a place
    in [0, 1)."""
    motions, colours, place = tf.unstack(tf.random.split(seed, 3))
    return tf.concat(
        [
            tf.random.stateless_uniform([5], motions, -1.0, 1.0),
            tf.random.stateless_uniform([2], colours, -1.0, 1.0),
            tf.random.stateless_uniform([2], place),
        ],
        axis=0,
    )


def _size(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Height and width as float32."""
    shape = tf.cast(tf.shape(images), tf.float32)
    return shape[1], shape[2]
