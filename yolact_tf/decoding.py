"""JPEG and PNG bytes to upright uint8 RGB with core ops, within stated limits."""

import tensorflow as tf

from yolact_tf.orientation import exif_orientation, upright

MIN_SIDE = 16
MAX_PIXELS = 50_000_000

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER_BYTES = 24


def decode_picture(data: tf.Tensor) -> tf.Tensor:
    """Decodes one picture; the size is read from the header before any pixel is.

    Grey, CMYK and 16-bit pictures become 8-bit RGB, an alpha channel is dropped, and a
    JPEG is turned as its Exif orientation says.

    Args:
      data: string [], the bytes of a JPEG or PNG file.

    Returns:
      uint8 [H, W, 3] RGB.

    Raises:
      tf.errors.InvalidArgumentError: the bytes are empty, of another format, truncated,
        smaller than `MIN_SIDE` on a side, or of more than `MAX_PIXELS` pixels.
    """
    jpeg = tf.strings.substr(data, 0, len(_JPEG)) == _JPEG
    png = tf.strings.substr(data, 0, len(_PNG)) == _PNG
    known = tf.debugging.Assert(
        jpeg | (png & (tf.strings.length(data) >= _PNG_HEADER_BYTES)),
        ["Not a JPEG or PNG picture; its length in bytes is", tf.strings.length(data)],
    )
    with tf.control_dependencies([known]):
        size = tf.cond(jpeg, lambda: tf.io.extract_jpeg_shape(data)[:2], lambda: _png_size(data))
    with tf.control_dependencies([check_size(size)]):
        return tf.cond(
            jpeg,
            lambda: upright(
                tf.io.decode_jpeg(data, channels=3, dct_method="INTEGER_ACCURATE"),
                exif_orientation(data),
            ),
            lambda: tf.io.decode_png(data, channels=3),
        )


def check_size(size: tf.Tensor) -> tf.Operation | None:
    """Asserts that a picture of int32 [2] height and width can hold people and is safe.

    Returns:
      In a graph, the assertion, for `tf.control_dependencies`.

    Raises:
      tf.errors.InvalidArgumentError: too small or too large.
    """
    pixels = tf.reduce_prod(tf.cast(size, tf.int64))
    return tf.debugging.Assert(
        (tf.reduce_min(size) >= MIN_SIDE) & (pixels <= MAX_PIXELS),
        [
            f"Expected sides of at least {MIN_SIDE} and at most {MAX_PIXELS} pixels in all; "
            "height and width are",
            size,
        ],
    )


def _png_size(data: tf.Tensor) -> tf.Tensor:
    """int32 [2]: height and width of a PNG's IHDR chunk (width at byte 16, big-endian)."""
    octets = tf.io.decode_raw(tf.strings.substr(data, 16, 8), tf.uint8)
    weights = tf.constant([1 << 24, 1 << 16, 1 << 8, 1], tf.int64)
    width_height = tf.reduce_sum(tf.reshape(tf.cast(octets, tf.int64), [2, 4]) * weights, axis=1)
    return tf.cast(width_height[::-1], tf.int32)
