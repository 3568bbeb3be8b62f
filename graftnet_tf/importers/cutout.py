"""Cutting a person out of a photo by a mask."""

import numpy as np
from scipy import ndimage

LARGEST_HOLE = 0.002
"""Holes below this share of the mask's area are faults of the mask, not gaps."""

MARGIN = 0.02
"""Black around the person's box, as a share of its longer side."""


def cut_out(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The person alone, on black, cropped to the mask's box and a small margin.

    Args:
      image: uint8 [H, W, 3].
      mask: bool [H, W], the person; at least one pixel.

    Returns:
      uint8 [h, w, 3], within the photo's borders.
    """
    mask = fill_small_holes(mask)
    rows, columns = ndimage.find_objects(mask.astype(np.uint8))[0]
    margin = round(MARGIN * max(rows.stop - rows.start, columns.stop - columns.start))
    box = tuple(slice(max(side.start - margin, 0), side.stop + margin) for side in (rows, columns))
    return np.where(mask[box][..., np.newaxis], image[box], 0).astype(np.uint8)


def fill_small_holes(mask: np.ndarray) -> np.ndarray:
    """Fills the holes of a mask that are smaller than `LARGEST_HOLE` of its area.

    Args:
      mask: bool [H, W].

    Returns:
      bool [H, W].
    """
    holes, _ = ndimage.label(ndimage.binary_fill_holes(mask) & ~mask)
    areas = np.bincount(holes.ravel())
    small = areas < LARGEST_HOLE * mask.sum()
    small[0] = False
    return mask | small[holes]
