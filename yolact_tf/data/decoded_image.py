"""Annotated images, decoded and made as small as samples need them."""

import io
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from PIL import Image

from graftnet_tf.io.patient_reading import read_patiently
from graftnet_tf.io.pillow_images import exif_orientation, on_black, upright
from yolact_tf.data.coco import AnnotatedImage, AnnotatedObject, ExifOrientation
from yolact_tf.errors import FileSystemError, YolactError

_SIDEWAYS = (5, 6, 7, 8)


class DecodedObject(NamedTuple):
    """One object, or one crowd, cut to its own box.

    Attributes:
      category: Number of the category, from 0, without background.
      crowd: Whether it is a region of many objects.
      box: x1, y1, x2, y2, whole pixels of the decoded image, tight around the mask.
      mask: uint8 [y2 - y1, x2 - x1], 255 inside the object; everywhere if only its box is known.
      mask_annotated: Whether `mask` is its mask; False if only its box is known.
      keypoints: x, y in pixels of the decoded image, of an object of which only the box is known.
    """

    category: int
    crowd: bool
    box: tuple[int, int, int, int]
    mask: np.ndarray
    mask_annotated: bool = True
    keypoints: tuple[tuple[float, float], ...] = ()


class DecodedImage(NamedTuple):
    """An image of uint8 [h, w, 3], RGB, and its objects."""

    pixels: np.ndarray
    objects: tuple[DecodedObject, ...]


def decode(image: AnnotatedImage, longest_side: int) -> DecodedImage:
    """Decodes an image and draws its masks, both shrunk where they exceed `longest_side`.

    What is transparent becomes black. Pixels stand as the image was annotated: upright
    where it has an Exif orientation, unless its annotated size, or else its
    `exif_orientation`, tells that it was annotated as stored. An object too small to leave
    a pixel is left out.

    Raises:
      YolactError: the file cannot be read, is no image, or not one of the size annotated.
      FileSystemError: its file system fails lastingly.
    """
    try:
        content = read_patiently(image.path, error=FileSystemError)
    except tf.errors.OpError as error:
        raise YolactError(f"{image.path} cannot be read ({error.message}).") from None
    try:
        opened = Image.open(io.BytesIO(content))
        size, is_raw = _annotated_size(opened, image)
        opened.draft("RGB", (longest_side, longest_side))
        upright_image = on_black(opened if is_raw else upright(opened))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise YolactError(f"{image.path} cannot be decoded ({error}).") from None
    if size != (image.width, image.height):
        raise YolactError(
            f"{image.path} is {size[0]} x {size[1]} pixels, but annotated as "
            f"{image.width} x {image.height}."
        )
    scale = min(1.0, longest_side / max(size))
    small = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    pixels = np.asarray(upright_image.resize(small, Image.Resampling.BILINEAR))
    objects = (_decoded_object(found, small) for found in image.objects)
    return DecodedImage(pixels, tuple(found for found in objects if found is not None))


def _annotated_size(opened: Image.Image, image: AnnotatedImage) -> tuple[tuple[int, int], bool]:
    """Width and height in the orientation that was annotated, and whether that is as stored."""
    sideways = exif_orientation(opened) in _SIDEWAYS
    turned = opened.size[::-1] if sideways else opened.size
    if turned == opened.size:
        return turned, image.exif_orientation == ExifOrientation.RAW
    is_raw = opened.size == (image.width, image.height)
    return (opened.size if is_raw else turned), is_raw


def _decoded_object(found: AnnotatedObject, size: tuple[int, int]) -> DecodedObject | None:
    whole = Image.fromarray(found.mask() * np.uint8(255))
    mask = whole.resize(size, Image.Resampling.BILINEAR)
    inside = mask.point(lambda value: 255 if value >= 128 else 0)
    box = inside.getbbox()
    if box is None:
        return None
    scale = size[0] / whole.width, size[1] / whole.height
    return DecodedObject(
        found.category,
        found.crowd,
        box,
        np.asarray(inside.crop(box)),
        found.mask_annotated,
        tuple((x * scale[0], y * scale[1]) for x, y in found.keypoints),
    )
