"""Pictures as they are given to a client: paths, bytes or arrays."""

import dataclasses
import io
import itertools
import os
from collections.abc import Iterable, Iterator

import numpy as np
from PIL import Image

from graftnet_tf.errors import GraftNetError
from serving.client.file_bytes import read_bytes

Picture = str | os.PathLike[str] | bytes | np.ndarray
"""A path (local or `gs://`), the bytes of a JPEG or PNG file, or uint8 [H, W, 3] RGB."""


@dataclasses.dataclass(frozen=True)
class LoadedPicture:
    """A picture ready to be sent.

    Attributes:
      name: its path, or its place among those given as content (`"#0"`).
      content: the bytes of a JPEG or PNG file; None when it could not be read.
      error: why it could not.
    """

    name: str
    content: bytes | None
    error: str | None = None


def load(place: int, picture: Picture) -> LoadedPicture:
    """Reads a path; packs an array into a PNG, which keeps every pixel.

    Args:
      place: of the picture among those given.
      picture: in any of its forms.

    Raises:
      GraftNetError: it has none of the forms of a picture.
    """
    if isinstance(picture, bytes):
        return LoadedPicture(f"#{place}", picture)
    if isinstance(picture, np.ndarray):
        return LoadedPicture(f"#{place}", _png(place, picture))
    if not isinstance(picture, str | os.PathLike):
        raise GraftNetError(
            f"Picture #{place} is a {type(picture).__name__}; expected a path, bytes or an array."
        )
    path = os.fspath(picture)
    try:
        return LoadedPicture(path, read_bytes(path))
    except GraftNetError as error:
        return LoadedPicture(path, None, f"cannot be read: {error}")


def chunks(pictures: Iterable[Picture], size: int) -> Iterator[list[tuple[int, Picture]]]:
    """Pictures with their places, `size` at a time."""
    numbered = enumerate(pictures)
    while chunk := list(itertools.islice(numbered, size)):
        yield chunk


def _png(place: int, picture: np.ndarray) -> bytes:
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise GraftNetError(
            f"Picture #{place} is an array of {picture.dtype} and shape {picture.shape}; "
            "expected uint8 [height, width, 3], RGB."
        )
    content = io.BytesIO()
    Image.fromarray(picture).save(content, "PNG", compress_level=1)
    return content.getvalue()
