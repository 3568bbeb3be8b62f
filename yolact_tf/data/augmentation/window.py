"""The part of an image that a sample shows, and the one resampling that shows it.

Expanding, cropping and squashing all take an upright rectangle to an upright rectangle. So
only the rectangle is changed along the way, and pixels are read once, at the end.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image

from yolact_tf.data.augmentation.sample import MAX_KEYPOINTS, Sample
from yolact_tf.data.decoded_image import DecodedImage
from yolact_tf.data.ground_truth import CROWD

MEAN_COLOUR = (124, 117, 104)
"""RGB mean of ImageNet, what surrounds an image."""


class Window(NamedTuple):
    """A rectangle in pixels of an image; it may reach beyond it."""

    left: float
    top: float
    width: float
    height: float

    def holds(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Whether points lie inside, bool like `x` and `y`."""
        return (
            (x > self.left)
            & (x < self.left + self.width)
            & (y > self.top)
            & (y < self.top + self.height)
        )


class Patch(NamedTuple):
    """What of an image falls on the frame: uint8 [h, w] or [h, w, 3] and where it lies."""

    pixels: np.ndarray
    rows: slice
    columns: slice


def place(image: np.ndarray, box: tuple[float, float, float, float], size: int) -> Patch | None:
    """Stretches an image to a box of the frame; what lies outside is cut off.

    Args:
      image: uint8 [h, w] or [h, w, 3].
      box: x1, y1, x2, y2 in pixels of the frame; its sides are rounded to whole pixels.
      size: Side of the frame, pixels.

    Returns:
      None where nothing of it is on the frame.
    """
    x1, y1, x2, y2 = box
    lows = np.clip(np.rint([x1, y1]), 0, size).astype(int)
    highs = np.clip(np.rint([x2, y2]), 0, size).astype(int)
    if (highs <= lows).any():
        return None
    limits = np.array([image.shape[1], image.shape[0]])
    scale = limits / (x2 - x1, y2 - y1)
    source = np.clip(
        np.concatenate([(lows - (x1, y1)) * scale, (highs - (x1, y1)) * scale]),
        0,
        np.tile(limits, 2),
    )
    width, height = (highs - lows).tolist()
    resized = Image.fromarray(image).resize(
        (width, height), Image.Resampling.BILINEAR, box=tuple(source.tolist())
    )
    (left, top), (right, bottom) = lows.tolist(), highs.tolist()
    return Patch(np.asarray(resized), slice(top, bottom), slice(left, right))


def view(image: DecodedImage, kept: np.ndarray, window: Window, size: int) -> Sample:
    """What a window shows, squashed to a square.

    Args:
      image: What it looks at.
      kept: bool [objects], those that stay annotated.
      window: Outside the image is `MEAN_COLOUR`.
      size: Side of the sample, pixels.
    """
    pixels = np.empty((size, size, 3), np.uint8)
    pixels[:] = MEAN_COLOUR
    scale = np.array([size / window.width, size / window.height] * 2)
    origin = np.array([window.left, window.top] * 2)
    height, width = image.pixels.shape[:2]
    shown = place(image.pixels, tuple((([0, 0, width, height]) - origin) * scale), size)
    if shown is not None:
        pixels[shown.rows, shown.columns] = shown.pixels
    objects = [found for found, keep in zip(image.objects, kept, strict=True) if keep]
    masks = np.zeros((len(objects), size, size), np.uint8)
    for mask, found in zip(masks, objects, strict=True):
        patch = place(found.mask, tuple((found.box - origin) * scale), size)
        if patch is not None:
            mask[patch.rows, patch.columns] = patch.pixels >= 128
    classes = np.array([CROWD if found.crowd else found.category for found in objects], np.int32)
    sample = Sample.of_masks(pixels, classes, masks)
    sample.mask_annotated[:] = [found.mask_annotated for found in objects]
    for points, found in zip(sample.keypoints, objects, strict=True):
        shown_points = (np.array(found.keypoints).reshape(-1, 2) - origin[:2]) * scale[:2]
        on_frame = shown_points[((shown_points >= 0) & (shown_points < size)).all(axis=1)]
        points[: len(on_frame)] = on_frame[:MAX_KEYPOINTS]
    return sample
