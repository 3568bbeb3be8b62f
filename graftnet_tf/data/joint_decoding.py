"""Small images decoded together: a call for each would take as long as the decoding."""

import io
import itertools
from collections.abc import Iterable, Iterator

import numpy as np
import tensorflow as tf
from PIL import Image

from graftnet_tf.data.image_loading import UnreadableImageError, attempt, decode
from graftnet_tf.io.image_decoding import decode_all

_SMALL = 1 << 16  # bytes of a file
_DAMAGED = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)
_FEW_PIXELS = 1 << 20  # since few bytes may be many pixels


def decode_each(
    contents: Iterable[bytes | UnreadableImageError],
) -> Iterator[tuple[bytes | UnreadableImageError, np.ndarray | UnreadableImageError]]:
    """Decodes images as `decode` does, neighbouring small ones together.

    Large ones are taken from `contents` and decoded one at a time, so that no two are in memory.

    Args:
      contents: The bytes of each file, or why they cannot be had.

    Yields:
      (what was given, uint8 [H, W, 3] RGB or why there is none), in the order of `contents`.
    """
    for small, some in itertools.groupby(contents, key=_is_small):
        for part in [list(some)] if small else ([content] for content in some):
            yield from zip(part, _decoded(part), strict=True)


def _is_small(content: bytes | UnreadableImageError) -> bool:
    if isinstance(content, UnreadableImageError) or len(content) > _SMALL:
        return False
    try:
        with Image.open(io.BytesIO(content)) as header:
            return header.width * header.height <= _FEW_PIXELS
    except _DAMAGED:  # decoding tells better what is wrong with it
        return False


def _decoded(
    part: list[bytes | UnreadableImageError],  # several small ones, or any one
) -> list[np.ndarray | UnreadableImageError]:
    readable = [content for content in part if isinstance(content, bytes)]
    if len(readable) > 1:
        try:
            return [*decode_all(readable)]
        except tf.errors.OpError:  # one at a time tells which, and why
            pass
    return [
        content
        if isinstance(content, UnreadableImageError)
        else attempt(lambda data: decode(data).numpy(), content)
        for content in part
    ]
