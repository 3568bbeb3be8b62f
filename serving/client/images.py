"""Images as they are given to a client: paths, bytes or arrays."""

import dataclasses
import io
import itertools
import os
from collections.abc import Iterable, Iterator

import numpy as np
from PIL import Image

from graftnet_tf.errors import GraftNetError
from serving.client.file_bytes import read_bytes

ImageInput = str | os.PathLike[str] | bytes | np.ndarray
"""A path (local or `gs://`), the bytes of a JPEG or PNG file, or uint8 [H, W, 3] RGB."""


@dataclasses.dataclass(frozen=True)
class LoadedImage:
    """An image ready to be sent.

    Attributes:
      name: Its path, or its place among those given as content (`"#0"`).
      content: The bytes of a JPEG or PNG file; None when it could not be read.
      error: Why it could not.
    """

    name: str
    content: bytes | None
    error: str | None = None


def load(place: int, image: ImageInput) -> LoadedImage:
    """Reads a path; packs an array into a PNG, which keeps every pixel.

    Args:
      place: Place of the image among those given.
      image: Image in any of its forms.

    Raises:
      GraftNetError: it has none of the forms of an image.
    """
    if isinstance(image, bytes):
        return LoadedImage(f"#{place}", image)
    if isinstance(image, np.ndarray):
        return LoadedImage(f"#{place}", _png(place, image))
    if not isinstance(image, str | os.PathLike):
        raise GraftNetError(
            f"Image #{place} is a {type(image).__name__}; expected a path, bytes or an array."
        )
    path = os.fspath(image)
    try:
        return LoadedImage(path, read_bytes(path))
    except GraftNetError as error:
        return LoadedImage(path, None, f"cannot be read: {error}")


def chunks(images: Iterable[ImageInput], size: int) -> Iterator[list[tuple[int, ImageInput]]]:
    """Images with their places, `size` at a time."""
    numbered = enumerate(images)
    while chunk := list(itertools.islice(numbered, size)):
        yield chunk


def _png(place: int, image: np.ndarray) -> bytes:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise GraftNetError(
            f"Image #{place} is an array of {image.dtype} and shape {image.shape}; "
            "expected uint8 [height, width, 3], RGB."
        )
    content = io.BytesIO()
    Image.fromarray(image).save(content, "PNG", compress_level=1)
    return content.getvalue()
