"""Decoded images and samples, made in a test."""

from collections.abc import Sequence

import numpy as np

from yolact_tf.data.augmentation.sample import Sample
from yolact_tf.data.decoded_image import DecodedImage, DecodedObject

Box = tuple[int, int, int, int]


def solid(category: int, box: Box, crowd: bool = False) -> DecodedObject:
    """A rectangle."""
    x1, y1, x2, y2 = box
    return DecodedObject(category, crowd, box, np.full((y2 - y1, x2 - x1), 255, np.uint8))


def image(objects: Sequence[DecodedObject], height: int = 40, width: int = 60) -> DecodedImage:
    """Grey, with objects of colour 200 + category."""
    pixels = np.full((height, width, 3), 50, np.uint8)
    for found in objects:
        x1, y1, x2, y2 = found.box
        pixels[y1:y2, x1:x2] = 200 + found.category
    return DecodedImage(pixels, tuple(objects))


def sample(size: int, boxes: Sequence[Box]) -> Sample:
    """Rectangles of class 0 on black."""
    masks = np.zeros((len(boxes), size, size), np.uint8)
    for mask, (x1, y1, x2, y2) in zip(masks, boxes, strict=True):
        mask[y1:y2, x1:x2] = 1
    return Sample.of_masks(
        np.zeros((size, size, 3), np.uint8), np.zeros(len(boxes), np.int32), masks
    )
