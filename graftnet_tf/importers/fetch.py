"""The bytes of an image, from a file or from the web."""

import http.client
import urllib.request

from graftnet_tf.data.image_loading import UnreadableImageError, read_data

TIMEOUT_SECONDS = 30
MAX_BYTES = 100 << 20


def is_web(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def fetch(source: str) -> bytes:
    """Reads a local or `gs://` file, or downloads an `http(s)://` one.

    Raises:
      UnreadableImageError: it cannot be had, or is a download of over `MAX_BYTES`.
    """
    if not is_web(source):
        return read_data(source)
    try:
        with urllib.request.urlopen(source, timeout=TIMEOUT_SECONDS) as response:
            data = response.read(MAX_BYTES + 1)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise UnreadableImageError(f"Download failed: {error}") from None
    if len(data) > MAX_BYTES:
        raise UnreadableImageError(f"The download is larger than {MAX_BYTES} bytes.")
    return data
