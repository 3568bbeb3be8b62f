"""The orientation that a camera notes in Exif, read and undone with core ops."""

import tensorflow as tf

_HEADER_BYTES = 1 << 16  # the Exif segment of a JPEG is no larger, and stands at the front
_TAG = 0x0112
_ENTRY_BYTES = 12


def exif_orientation(data: tf.Tensor) -> tf.Tensor:
    """Reads the orientation tag (Exif 2.32, section 4.6.4).

    Args:
      data: string [], the bytes of a JPEG file.

    Returns:
      int32 [], 1 to 8; 1, upright, where there is no tag or it holds anything else.
    """
    header = tf.strings.substr(data, 0, _HEADER_BYTES)
    parts = tf.strings.split(header, b"Exif\x00\x00", maxsplit=1)
    octets = tf.io.decode_raw(tf.concat([parts, [""]], axis=0)[1], tf.uint8)
    tiff = tf.pad(tf.cast(octets, tf.int32), [[0, _HEADER_BYTES - tf.size(octets)]])
    little = tiff[0] == ord("I")

    def number(digits: tf.Tensor) -> tf.Tensor:
        ordered = tf.where(little, digits, tf.reverse(digits, axis=[-1]))
        weights = tf.bitwise.left_shift(1, tf.range(0, 8 * tf.shape(digits)[-1], 8))
        return tf.reduce_sum(ordered * weights, axis=-1)

    directory = tf.clip_by_value(number(tiff[4:8]), 0, _HEADER_BYTES - 2)
    entries = tf.minimum(
        number(tiff[directory : directory + 2]), (_HEADER_BYTES - 2 - directory) // _ENTRY_BYTES
    )
    rows = tf.reshape(
        tiff[directory + 2 : directory + 2 + entries * _ENTRY_BYTES], [-1, _ENTRY_BYTES]
    )
    found = tf.boolean_mask(number(rows[:, 8:10]), number(rows[:, :2]) == _TAG)
    orientation = tf.concat([found, [1]], axis=0)[0]
    return tf.where((orientation >= 1) & (orientation <= 8), orientation, 1)


def upright(picture: tf.Tensor, orientation: tf.Tensor) -> tf.Tensor:
    """Turns a picture [H, W, C], stored in an Exif orientation of 1 to 8, the right way up."""

    def when(orientations: tuple[int, ...], turned: tf.Tensor, otherwise: tf.Tensor) -> tf.Tensor:
        return tf.cond(
            tf.reduce_any(orientation == orientations), lambda: turned, lambda: otherwise
        )

    picture = when((5, 6, 7, 8), tf.transpose(picture, [1, 0, 2]), picture)
    picture = when((2, 3, 6, 7), tf.reverse(picture, axis=[1]), picture)
    return when((3, 4, 7, 8), tf.reverse(picture, axis=[0]), picture)
