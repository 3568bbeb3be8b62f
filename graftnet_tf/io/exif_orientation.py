"""The orientation that a camera notes in Exif, read and undone with core ops."""

from collections.abc import Callable

import tensorflow as tf

_JPEG = b"\xff\xd8\xff"
_SEARCHED_BYTES = 1 << 20  # of a JPEG: segments of up to 64 KiB may stand before Exif
_TIFF_BYTES = 1 << 16  # an Exif segment is no larger
_START_OF_SCAN = b"\xff\xda"
_TAG = 0x0112
_LONG = 4  # the type of 32 bits; the tag is of 16, but some write it so
_ENTRY_BYTES = 12


def exif_orientation(data: tf.Tensor) -> tf.Tensor:
    """Reads the orientation tag (Exif 2.32, section 4.6.4) of a JPEG or PNG file.

    An orientation that is told in XMP alone is not read.

    Args:
      data: string [], the bytes of the file; a PNG has Exif in its `eXIf` chunk.

    Returns:
      int32 [], 1 to 8; 1, upright, where there is no tag or it holds anything else.
    """
    is_jpeg = tf.strings.substr(data, 0, len(_JPEG)) == _JPEG
    marker = tf.where(is_jpeg, b"Exif\x00\x00", b"eXIf")
    searched = tf.cond(
        is_jpeg,
        lambda: tf.strings.split(
            tf.strings.substr(data, 0, _SEARCHED_BYTES), _START_OF_SCAN, maxsplit=1
        )[0],
        lambda: data,
    )
    little, big = (_after(searched, marker + magic) for magic in (b"II*\x00", b"MM\x00*"))
    # A thumbnail's own Exif, of either byte order, comes later.
    is_little = tf.strings.length(little) > tf.strings.length(big)
    body = tf.strings.substr(tf.where(is_little, little, big), 0, _TIFF_BYTES - 4)
    octets = tf.cast(tf.io.decode_raw(body, tf.uint8), tf.int32)
    tiff = tf.pad(octets, [[4, _TIFF_BYTES - 4 - tf.size(octets)]])

    def number(digits: tf.Tensor) -> tf.Tensor:
        ordered = tf.where(is_little, digits, tf.reverse(digits, axis=[-1]))
        weights = tf.bitwise.left_shift(1, tf.range(0, 8 * tf.shape(digits)[-1], 8))
        return tf.reduce_sum(ordered * weights, axis=-1)

    directory = tf.clip_by_value(number(tiff[4:8]), 0, _TIFF_BYTES - 2)
    entries = tf.minimum(
        number(tiff[directory : directory + 2]), (_TIFF_BYTES - 2 - directory) // _ENTRY_BYTES
    )
    rows = tf.reshape(
        tiff[directory + 2 : directory + 2 + entries * _ENTRY_BYTES], [-1, _ENTRY_BYTES]
    )
    values = tf.where(number(rows[:, 2:4]) == _LONG, number(rows[:, 8:12]), number(rows[:, 8:10]))
    found = tf.boolean_mask(values, number(rows[:, :2]) == _TAG)
    orientation = tf.concat([found, [1]], axis=0)[0]
    return tf.where((orientation >= 1) & (orientation <= 8), orientation, 1)


def upright(image: tf.Tensor, orientation: tf.Tensor) -> tf.Tensor:
    """Turns an image [H, W, C], stored in an Exif orientation of 1 to 8, the right way up."""

    def turned(
        image: tf.Tensor, orientations: tuple[int, ...], turn: Callable[[tf.Tensor], tf.Tensor]
    ) -> tf.Tensor:
        stored_so = tf.reduce_any(orientation == orientations)
        return tf.cond(stored_so, lambda: turn(image), lambda: image)

    image = turned(image, (5, 6, 7, 8), lambda stored: tf.transpose(stored, [1, 0, 2]))
    image = turned(image, (2, 3, 6, 7), lambda stored: tf.reverse(stored, axis=[1]))
    return turned(image, (3, 4, 7, 8), lambda stored: tf.reverse(stored, axis=[0]))


def _after(data: tf.Tensor, marker: tf.Tensor) -> tf.Tensor:
    """string []: what follows the first `marker`; empty where there is none."""
    parts = tf.strings.split(data, marker, maxsplit=1)
    return tf.concat([parts, [""]], axis=0)[1]
