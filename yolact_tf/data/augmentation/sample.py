"""One training sample on its way through augmentation."""

from typing import NamedTuple

import numpy as np

MAX_KEYPOINTS = 17
"""Keypoints of an object that are used at most: as many as COCO's people have."""


class Sample(NamedTuple):
    """A square image and its objects.

    Attributes:
      pixels: uint8 [S, S, 3], RGB.
      classes: int32 [n], from 0, or `CROWD`.
      masks: uint8 [n, S, S], 1 inside the object, visible parts only; inside the box of an object
        of which only that is known.
      mask_annotated: bool [n], False where only the box is known.
      keypoints: float32 [n, K, 2], x, y in pixels, of objects of which only the box is known; NaN
        where there is none, and beyond those that there are.
    """

    pixels: np.ndarray
    classes: np.ndarray
    masks: np.ndarray
    mask_annotated: np.ndarray
    keypoints: np.ndarray

    @classmethod
    def of_masks(cls, pixels: np.ndarray, classes: np.ndarray, masks: np.ndarray) -> "Sample":
        """Objects whose masks are all annotated."""
        count = len(classes)
        keypoints = np.full((count, MAX_KEYPOINTS, 2), np.nan, np.float32)
        return cls(pixels, classes, masks, np.ones(count, bool), keypoints)

    def only(self, kept: np.ndarray) -> "Sample":
        """The same with only some of the objects: bool [n], or indices."""
        return Sample(self.pixels, *(part[kept] for part in self[1:]))


def tight_boxes(masks: np.ndarray) -> np.ndarray:
    """float32 [n, 4]: x1, y1, x2, y2 around uint8 masks [n, h, w], pixels; 0 if empty."""
    columns, rows = masks.max(axis=1, initial=0), masks.max(axis=2, initial=0)
    sides = []
    for line in (columns, rows):
        low = line.argmax(axis=1)
        high = line.shape[1] - line[:, ::-1].argmax(axis=1)
        sides.append((low, np.where(line.any(axis=1), high, low)))
    (x1, x2), (y1, y2) = sides
    return np.stack([x1, y1, x2, y2], axis=-1).astype(np.float32)
