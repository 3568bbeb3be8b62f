"""What a list of images has, in numbers."""

import dataclasses

import numpy as np

from graftnet_tf.dataset_statistics.seen_images import SeenImages


@dataclasses.dataclass(frozen=True)
class Spread:
    """Least, median and greatest of some numbers; zeros where there are none."""

    least: int
    median: int
    greatest: int

    @classmethod
    def of(cls, values: np.ndarray) -> "Spread":
        """The spread of int [n] values."""
        if not len(values):
            return cls(0, 0, 0)
        return cls(int(values.min()), int(np.median(values)), int(values.max()))


@dataclasses.dataclass(frozen=True)
class ImageCounts:
    """A list of images.

    Attributes:
      images: Images that it names.
      unreadable: Those that cannot be read or decoded.
      same: Those whose very bytes an earlier image of the list has.
      alike: Those that look like an earlier image of the list, whose bytes are others.
      height, width: Sizes in pixels of those that can be decoded.
    """

    images: int
    unreadable: int
    same: int
    alike: int
    height: Spread
    width: Spread


def count_images(seen: SeenImages, rows: np.ndarray) -> ImageCounts:
    """Counts a list of images.

    Args:
      seen: All images.
      rows: int64 [M], their rows; -1 for those that cannot be decoded.
    """
    readable = rows[rows >= 0]
    different = np.unique(seen.contents[readable], return_index=True)[1]
    looks = seen.looks[readable[different]]
    return ImageCounts(
        images=len(rows),
        unreadable=len(rows) - len(readable),
        same=len(readable) - len(different),
        alike=len(looks) - len(np.unique(looks)),
        height=Spread.of(seen.heights[readable]),
        width=Spread.of(seen.widths[readable]),
    )
