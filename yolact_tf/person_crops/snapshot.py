"""Fetching one snapshot and decoding it."""

import http.client
import re
import urllib.request

import tensorflow as tf

from graftnet_tf.io.image_decoding import decode_image
from yolact_tf.person_crops.sources import is_url

MAX_BYTES = 100_000_000


class UnreadableError(Exception):
    """A snapshot that cannot be used; the message is the reason."""


def read_snapshot(source: str, timeout: float) -> tf.Tensor:
    """Reads one snapshot.

    Args:
      source: a path, also `gs://`, or an http(s) URL.
      timeout: seconds that a server may stay silent.

    Returns:
      uint8 [H, W, 3] RGB, the right way up.

    Raises:
      UnreadableError: it cannot be fetched or decoded.
    """
    try:
        data = _download(source, timeout) if is_url(source) else _read(source)
    except tf.errors.OpError as error:
        raise UnreadableError(_reason(error)) from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise UnreadableError(f"{type(error).__name__}: {error}") from None
    if not data:
        raise UnreadableError("It is empty.")
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"It has more than {MAX_BYTES} bytes.")
    try:
        return decode_image(tf.constant(data))
    except tf.errors.OpError as error:
        raise UnreadableError(_reason(error)) from None


def _download(url: str, timeout: float) -> bytes:
    with urllib.request.urlopen(url, timeout=timeout) as response:
        return response.read(MAX_BYTES + 1)


def _read(path: str) -> bytes:
    with tf.io.gfile.GFile(path, "rb") as file:
        return file.read(MAX_BYTES + 1)


def _reason(error: tf.errors.OpError) -> str:
    """What an op or an assertion says, without TensorFlow's wrapping."""
    message = re.sub(r"^\{\{.*?\}\} ?|\[Op:.*", "", error.message, flags=re.DOTALL)
    _, _, data = message.rpartition("Summarized data: ")
    return " ".join(re.sub(r"\bb'(.*?)'", r"\1", data).split())
