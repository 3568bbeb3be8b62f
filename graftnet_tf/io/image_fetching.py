"""Fetching one image and decoding it."""

import http.client
import os
import stat
import urllib.request

import tensorflow as tf

from graftnet_tf.io.file_names import is_utf8
from graftnet_tf.io.image_decoding import decode_bytes
from graftnet_tf.io.image_sources import is_local, is_url
from graftnet_tf.io.op_errors import reason

MAX_BYTES = 100_000_000


class UnreadableError(Exception):
    """An image that cannot be used; the message is the reason."""


class UnfetchedError(UnreadableError):
    """An image that could not be fetched, which another time may be."""


def stamp(source: str) -> str | None:
    """What changes when a file is written or replaced, and costs no reading.

    Args:
      source: Source, see `read`.

    Returns:
      Size and times; None for a URL, and for a file that is not there.

    Raises:
      UnreadableError: the name is not UTF-8, or what is there is no file.
      UnfetchedError: it cannot be looked up.
    """
    if not is_utf8(source):
        raise UnreadableError("The file name is not UTF-8; rename it.")
    if is_url(source):
        return None
    try:
        return _local_stamp(source) if is_local(source) else _remote_stamp(source)
    except (FileNotFoundError, tf.errors.NotFoundError):
        return None
    except tf.errors.OpError as error:
        raise UnfetchedError(reason(error)) from None
    except (OSError, ValueError) as error:
        raise UnfetchedError(f"{type(error).__name__}: {error}") from None


def read(source: str, timeout: float) -> bytes:
    """Fetches one image.

    Args:
      source: a path, also `gs://`, or an http(s) URL.
      timeout: Seconds that a server may stay silent.

    Raises:
      UnreadableError: it is empty, or has more than `MAX_BYTES` bytes.
      UnfetchedError: it cannot be fetched.
    """
    try:
        data = _download(source, timeout) if is_url(source) else _read(source)
    except tf.errors.OpError as error:
        raise UnfetchedError(reason(error)) from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise UnfetchedError(f"{type(error).__name__}: {error}") from None
    if not data:
        raise UnreadableError("It is empty.")
    if len(data) > MAX_BYTES:
        raise UnreadableError(f"It has more than {MAX_BYTES} bytes.")
    return data


def decode(data: bytes) -> tf.Tensor:
    """Decodes one image to uint8 [H, W, 3] RGB, the right way up.

    Raises:
      UnreadableError: it cannot be decoded.
    """
    try:
        return decode_bytes(data)
    except tf.errors.OpError as error:
        raise UnreadableError(reason(error)) from None


def _local_stamp(path: str) -> str:
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableError("It is not a file.")
    # The time of change tells a replaced file even where size and time of writing were kept.
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}"


def _remote_stamp(path: str) -> str:
    found = tf.io.gfile.stat(path)
    return f"{found.length}-{found.mtime_nsec}"


def _download(url: str, timeout: float) -> bytes:
    with urllib.request.urlopen(url, timeout=timeout) as response:
        return response.read(MAX_BYTES + 1)


def _read(path: str) -> bytes:
    with tf.io.gfile.GFile(path, "rb") as file:
        return file.read(MAX_BYTES + 1)
