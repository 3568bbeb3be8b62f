"""One training sample on its way through augmentation."""

from typing import NamedTuple

import numpy as np


class Sample(NamedTuple):
    """A square image and its objects.

    Attributes:
      pixels: uint8 [S, S, 3], RGB.
      classes: int32 [n], from 0, or `CROWD`.
      masks: uint8 [n, S, S], 1 inside the object, visible parts only.
    """

    pixels: np.ndarray
    classes: np.ndarray
    masks: np.ndarray

    def only(self, kept: np.ndarray) -> "Sample":
        """The same with only some of the objects: bool [n], or indices."""
        return Sample(self.pixels, self.classes[kept], self.masks[kept])


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
