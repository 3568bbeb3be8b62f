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
    content = io.BytesIO()
    try:
        with Image.open(io.BytesIO(atomic_files.read_bytes(path))) as image:
            upright = upright_on_black(image)
            upright.thumbnail(_SIZE)
            upright.save(content, "JPEG", quality=_QUALITY)
    except (OSError, SyntaxError, ValueError, tf.errors.OpError):
        return None
    return content.getvalue()
