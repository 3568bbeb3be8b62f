"""JPEG and PNG bytes to upright uint8 RGB with core ops, within stated limits."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto

from graftnet_tf.io.exif_orientation import exif_orientation, upright

MIN_SIDE = 16
MAX_PIXELS = 50_000_000

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER_BYTES = 26  # as far as the colour type, the last of them
_PALETTE = b"\x03"


def decode_image(data: tf.Tensor) -> tf.Tensor:
    """Decodes one image; the size is read from the header before any pixel is.

    Grey, CMYK and 16-bit images become 8-bit RGB, a transparent one is composited on black,
    as removed background is, and one with an Exif orientation is turned upright.

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
    known_format = tf.debugging.Assert(
        jpeg | (png & (tf.strings.length(data) >= _PNG_HEADER_BYTES)),
        ["Not a JPEG or PNG image; its length in bytes is", tf.strings.length(data)],
    )
    with tf.control_dependencies([known_format]):
        size = tf.cond(jpeg, lambda: tf.io.extract_jpeg_shape(data)[:2], lambda: _png_size(data))
    with tf.control_dependencies([check_size(size)]):
        stored = tf.cond(
            jpeg,
            lambda: tf.io.decode_jpeg(data, channels=3, dct_method="INTEGER_ACCURATE"),
            lambda: _decode_png(data),
        )
    return upright(stored, exif_orientation(data))


_traced = tf.function(decode_image, input_signature=[tf.TensorSpec([], tf.string)], autograph=False)


def decode_bytes(data: bytes) -> tf.Tensor:
    """`decode_image` of bytes at hand, five times as fast: traced, for it is a hundred small ops.

    Args:
      data: The bytes of a JPEG or PNG file.

    Returns:
      As `decode_image`.

    Raises:
      tf.errors.InvalidArgumentError: As `decode_image`, which then runs op by op: its error says
        what is wrong with the image and not where in a graph that was found.
    """
    content = tf.constant(data)
    try:
        return _traced(content)
    except tf.errors.OpError:
        return decode_image(content)


@tf.function(input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)
def _traced_all(data: tf.Tensor) -> tf.Tensor:
    return tf.map_fn(
        lambda one: tf.io.serialize_tensor(decode_image(one)), data, parallel_iterations=1
    )


def decode_all(data: Sequence[bytes]) -> list[np.ndarray]:
    """`decode_image` of several images in one call; of small ones it takes half the time.

    Args:
      data: The bytes of JPEG or PNG files.

    Returns:
      uint8 [H, W, 3] RGB of each.

    Raises:
      tf.errors.OpError: some image is refused by `decode_image`; not which, nor why.
    """
    serialised = _traced_all(tf.constant(data)).numpy()
    return [tf.make_ndarray(TensorProto.FromString(one)) for one in serialised]


def check_size(size: tf.Tensor) -> tf.Operation | None:
    """Asserts that an image of this size can hold people and is safe to decode.

    Args:
      size: int32 [2], height and width in pixels.

    Returns:
      In a graph, the assertion, for `tf.control_dependencies`: without it, the image may be
      decoded before its size has been judged.

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


def _decode_png(data: tf.Tensor) -> tf.Tensor:
    """uint8 [H, W, 3] RGB of a PNG file, composited on black.

    Where a file has no alpha, `decode_png` fills it with the largest value of the file's own
    depth: 1, 3 or 15 of 255 with 1, 2 or 4 bits. Only palettes and greys are of so few.
    """
    is_palette = tf.strings.substr(data, _PNG_HEADER_BYTES - 1, 1) == _PALETTE
    return tf.cond(is_palette, lambda: _decode_palette(data), lambda: _decode_without_palette(data))


def _decode_palette(data: tf.Tensor) -> tf.Tensor:
    image = tf.io.decode_png(data, channels=0)  # 4 channels if some colour is transparent, else 3
    has_alpha = tf.shape(image)[-1] == 4
    rgb = tf.cond(has_alpha, lambda: _on_black(image), lambda: image)
    return tf.ensure_shape(rgb, [None, None, 3])


def _decode_without_palette(data: tf.Tensor) -> tf.Tensor:
    image = tf.io.decode_png(data, channels=4)
    depth = tf.io.decode_raw(tf.strings.substr(data, _PNG_HEADER_BYTES - 2, 1), tf.uint8)[0]
    # A grey of few bits has at most one colour that is hidden, and no other alpha.
    alpha = tf.where((depth < 8) & (image[..., 3:] > 0), tf.constant(255, tf.uint8), image[..., 3:])
    return _on_black(tf.concat([image[..., :3], alpha], axis=-1))


def _on_black(image: tf.Tensor) -> tf.Tensor:
    """uint8 [H, W, 4] RGBA to uint8 [H, W, 3] RGB, composited on black."""
    colour, alpha = (tf.cast(part, tf.uint16) for part in (image[..., :3], image[..., 3:]))
    return tf.cast((colour * alpha + 127) // 255, tf.uint8)


def _png_size(data: tf.Tensor) -> tf.Tensor:
    """int32 [2]: height and width of a PNG's IHDR chunk (width at byte 16, big-endian)."""
    octets = tf.io.decode_raw(tf.strings.substr(data, 16, 8), tf.uint8)
    weights = tf.constant([1 << 24, 1 << 16, 1 << 8, 1], tf.int64)
    width_height = tf.reduce_sum(tf.reshape(tf.cast(octets, tf.int64), [2, 4]) * weights, axis=1)
    return tf.cast(width_height[::-1], tf.int32)
