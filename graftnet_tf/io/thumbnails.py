"""Small JPEGs of images, to be put into a page."""

import io

import tensorflow as tf
from PIL import Image

from graftnet_tf.io import atomic_files
from graftnet_tf.io.pillow_images import upright_on_black

_SIZE = (160, 208)  # pixels, twice what the page shows
_QUALITY = 80


def thumbnail(path: str) -> bytes | None:
    """JPEG bytes; None when the image is not at hand or cannot be read."""
    try:
        return shrunk(atomic_files.read_bytes(path), _SIZE)
    except (OSError, SyntaxError, ValueError, tf.errors.OpError):
        return None


def shrunk(content: bytes, size: tuple[int, int]) -> bytes:
    """JPEG bytes of an image that fits into `size`, width and height in pixels.

    Raises:
      OSError, SyntaxError, ValueError: it cannot be read.
    """
    small = io.BytesIO()
    with Image.open(io.BytesIO(content)) as image:
        upright = upright_on_black(image)
        upright.thumbnail(size)
        upright.save(small, "JPEG", quality=_QUALITY)
    return small.getvalue()
