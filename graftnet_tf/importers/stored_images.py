"""The images of a collection, checked and stored in a workspace."""

import dataclasses
import hashlib
import os
import unicodedata
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from graftnet_tf.data.image_loading import UnreadableImageError, attempt, decode, process_parts
from graftnet_tf.data.joint_decoding import decode_each
from graftnet_tf.data.near_duplicates import Look, look
from graftnet_tf.importers.collection import Collection, Photo
from graftnet_tf.importers.fetch import fetch, is_web
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.forgotten_images import forgotten_images
from graftnet_tf.workspace.workspace import Workspace

JPEG_QUALITY = 95
FORGOTTEN = "It was forgotten on request (graftnet-verify --forget)."
"""Why an image is left out that is to be forgotten."""

_AT_ONCE = 32  # images of one thread
_DIGITS = 12  # of a hash in a file name


@dataclasses.dataclass(frozen=True)
class StoredImage:
    """An image as it was stored.

    Attributes:
      image: `image` of an example.
      content: Sha256 of the bytes of that file.
      digest: Sha256 of the bytes of the source, of which it may be a part.
      look: How it looks.
    """

    image: str
    content: str
    digest: str
    look: Look


def store_images(
    workspace: Workspace, collection: Collection, *, copy: bool = True, keep: bool = False
) -> dict[str, StoredImage | UnreadableImageError]:
    """Decodes every image, and writes it to WORKSPACE/images/NAME.

    Args:
      workspace: Workspace to write to.
      collection: What an importer found.
      copy: Whether images that are taken whole and lie in files are copied.
      keep: Whether a file of that name and of other content stays; the image gets another name.

    Returns:
      What was stored, or why nothing was, by source.
    """
    photos = {photo.source: photo for photo in collection.photos}
    forgotten = frozenset(forgotten_images(workspace.root))

    def fetched(source: str) -> bytes:
        photo = photos[source]
        if any(unicodedata.category(sign) == "Cc" for sign in photo.name + (photo.group or "")):
            raise UnreadableImageError("Its name or group has a control character; rename it.")
        return fetch(source) if photo.content is None else photo.content()

    def store(source: str, content: bytes, pixels: np.ndarray) -> StoredImage:
        photo = photos[source]
        data, pixels = _kept(content, pixels, photo)
        digest = hashlib.sha256(content).hexdigest()
        written = digest if data is content else hashlib.sha256(data).hexdigest()
        if forgotten & {digest, written}:
            raise UnreadableImageError(FORGOTTEN)
        seen = look(pixels)
        if not copy and photo.cut is None and photo.content is None and not is_web(source):
            image = source if "://" in source else os.path.abspath(source)
            return StoredImage(image, digest, digest, seen)
        image = os.path.join("images", collection.name, photo.name)
        if keep and _is_taken(workspace.path(image), written):
            name, ending = os.path.splitext(image)
            image = f"{name}-{written[:_DIGITS]}{ending}"
        atomic_files.write_bytes(workspace.path(image), data)
        return StoredImage(image, written, digest, seen)

    def store_some(sources: Sequence[str]) -> list[StoredImage | UnreadableImageError]:
        decoded = decode_each(attempt(fetched, source) for source in sources)
        return [
            pixels
            if isinstance(pixels, UnreadableImageError)
            else attempt(store, source, content, pixels)
            for source, (content, pixels) in zip(sources, decoded, strict=True)
        ]

    return dict(process_parts(photos, store_some, part=_AT_ONCE, description="Importing"))


def _is_taken(path: str, content: str) -> bool:
    """Whether a file is there whose SHA-256 is not `content`, in hex."""
    return tf.io.gfile.exists(path) and atomic_files.sha256(path) != content


def _kept(content: bytes, pixels: np.ndarray, photo: Photo) -> tuple[bytes, np.ndarray]:
    """The bytes to keep of a photo, and their pixels, uint8 [H, W, 3]; they can be decoded."""
    if photo.cut is None:
        return content, pixels
    person = tf.io.encode_jpeg(
        photo.cut(pixels), quality=JPEG_QUALITY, chroma_downsampling=False
    ).numpy()
    return person, decode(person).numpy()
