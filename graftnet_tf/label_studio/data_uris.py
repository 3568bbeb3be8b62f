"""Images as data URIs (RFC 2397), which any deployment of Label Studio shows."""

import base64
import binascii

from graftnet_tf.io.thumbnails import shrunk

_MAX_BYTES = 1 << 20  # of a file that is taken whole
_SHOWN = (1280, 1280)  # pixels that a larger file is shrunk to
_PNG = b"\x89PNG"
_MARK = ";base64,"


def data_uri(content: bytes) -> str:
    """The very bytes of a JPEG or PNG of up to 1 MiB; of a larger one, a smaller JPEG to look at.

    Raises:
      OSError, SyntaxError, ValueError: a larger one cannot be read.
    """
    if len(content) > _MAX_BYTES:
        content = shrunk(content, _SHOWN)
    kind = "png" if content.startswith(_PNG) else "jpeg"
    return f"data:image/{kind}{_MARK}{base64.b64encode(content).decode()}"


def content_of(uri: str) -> bytes:
    """The bytes in a data URI; empty where it is none."""
    head, mark, encoded = uri.partition(_MARK)
    if not mark or not head.startswith("data:"):
        return b""
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return b""
