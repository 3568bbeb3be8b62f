"""The crop of one person, with background and other people removed."""

import numpy as np


def bounding_box(mask: np.ndarray) -> tuple[int, int, int, int]:
    """x, y, width, height in pixels of the smallest box around a mask.

    Args:
      mask: bool [H, W], with at least one pixel set.
    """
    rows = np.flatnonzero(mask.any(axis=1))
    top, bottom = int(rows[0]), int(rows[-1])
    columns = np.flatnonzero(mask[top : bottom + 1].any(axis=0))
    left, right = int(columns[0]), int(columns[-1])
    return left, top, right - left + 1, bottom - top + 1


def person_crop(image: np.ndarray, mask: np.ndarray, margin: float = 0.05) -> np.ndarray:
    """Cuts a person out.

    Args:
      image: uint8 [H, W, 3].
      mask: bool [H, W], the person's pixels; at least one.
      margin: Room around the mask's box, as a share of the box's longer side; less where
        the image ends.

    Returns:
      uint8 [h, w, 3]; black where the mask is not.
    """
    x, y, width, height = bounding_box(mask)
    room = round(margin * max(width, height))
    area = np.s_[max(0, y - room) : y + height + room, max(0, x - room) : x + width + room]
    return image[area] * mask[area][..., None]
