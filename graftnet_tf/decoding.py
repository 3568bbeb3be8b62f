"""JPEG and PNG bytes to uint8 RGB with core ops, within stated limits."""

import tensorflow as tf

MIN_SIDE = 16
MAX_PIXELS = 50_000_000

_JPEG_MAGIC = b"\xff\xd8\xff"
_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER_BYTES = 24


def decode_picture(data: tf.Tensor) -> tf.Tensor:
    """Decodes one picture; the size is read from the header before any pixel is.

    Grey, CMYK and 16-bit pictures become 8-bit RGB; an alpha channel is dropped.

    Args:
      data: string [], the bytes of a JPEG or PNG file.

    Returns:
      uint8 [H, W, 3] RGB.

    Raises:
      tf.errors.InvalidArgumentError: the bytes are empty, of another format, truncated,
        smaller than `MIN_SIDE` on a side, or of more than `MAX_PIXELS` pixels.
    """
    jpeg = tf.strings.substr(data, 0, 3) == _JPEG_MAGIC
    png = tf.strings.substr(data, 0, 8) == _PNG_MAGIC
    known_format = tf.debugging.Assert(
        jpeg | (png & (tf.strings.length(data) > _PNG_HEADER_BYTES)),
        ["Not a JPEG or PNG picture; its length in bytes is", tf.strings.length(data)],
    )
    with tf.control_dependencies([known_format]):
        height, width = tf.unstack(
            tf.cond(jpeg, lambda: tf.io.extract_jpeg_shape(data)[:2], lambda: _png_shape(data))
        )
    with tf.control_dependencies([check_size(height, width)]):
        return tf.cond(
            jpeg,
            lambda: tf.io.decode_jpeg(data, channels=3, dct_method="INTEGER_ACCURATE"),
            lambda: tf.io.decode_png(data, channels=3),
        )


def check_size(height: tf.Tensor, width: tf.Tensor) -> tf.Operation | None:
    """Asserts that a picture of this size is worth, and safe, looking at.

    Args:
      height, width: int32 [], pixels.

    Returns:
      In a graph, the assertion, for `tf.control_dependencies`: without it, the picture
      may be decoded before its size has been judged.

    Raises:
      tf.errors.InvalidArgumentError: too small or too large.
    """
    pixels = tf.cast(height, tf.int64) * tf.cast(width, tf.int64)
    return tf.debugging.Assert(
        (tf.minimum(height, width) >= MIN_SIDE) & (pixels <= MAX_PIXELS),
        [
            f"Expected sides of at least {MIN_SIDE} and at most {MAX_PIXELS} pixels in all; "
            "height and width are",
            height,
            width,
        ],
    )


def _png_shape(data: tf.Tensor) -> tf.Tensor:
    """int32 [2]: height and width in a PNG's IHDR chunk (width at byte 16, big-endian)."""
    octets = tf.io.decode_raw(tf.strings.substr(data, 16, 8), tf.uint8)
    weights = tf.constant([1 << 24, 1 << 16, 1 << 8, 1], tf.int64)
    width, height = tf.unstack(
        tf.reduce_sum(tf.reshape(tf.cast(octets, tf.int64), [2, 4]) * weights, axis=1)
    )
    return tf.cast(tf.stack([height, width]), tf.int32)
