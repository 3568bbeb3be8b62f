"""What makes rows of images, and the rows that it makes."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from graftnet_tf.data.image_loading import UnreadableImageError
from graftnet_tf.data.joint_decoding import decode_each

Taken = TypeVar("Taken")


@dataclasses.dataclass(frozen=True)
class ImageRows:
    """What is said of N images, in R rows.

    Attributes:
      decoded: bool [N], whether each image could be decoded.
      image: int64 [R], rising: which image a row is of.
      columns: [R] or [R, D] by name, of the types of `Tabulator.columns`.
    """

    decoded: np.ndarray
    image: np.ndarray
    columns: dict[str, np.ndarray]

    @classmethod
    def of_each(
        cls,
        images: Sequence[bytes],
        take: Callable[[np.ndarray], Taken],
        columns: Callable[[list[Taken]], dict[str, np.ndarray]],
    ) -> "ImageRows":
        """A row for each image that can be decoded, large ones decoded one at a time.

        Args:
          images: Content of N files.
          take: Takes from uint8 [H, W, 3] what columns are made of; the pixels are not kept.
          columns: Makes the columns of what was taken.
        """
        decoded, taken = [], []
        for _, pixels in decode_each(images):
            decoded.append(not isinstance(pixels, UnreadableImageError))
            if not isinstance(pixels, UnreadableImageError):
                taken.append(take(pixels))
        return cls(np.array(decoded), np.flatnonzero(decoded), columns(taken))


class Tabulator(Protocol):
    """Makes rows of images, such as a model that scores them.

    Attributes:
      columns: NumPy type of each column, in the table's order; `np.dtype((np.float32, (D,)))` for
        D numbers in a row.
    """

    columns: Mapping[str, npt.DTypeLike]

    def tabulate(self, images: Sequence[bytes]) -> ImageRows:
        """Rows of the content of N > 0 files.

        Raises:
          tf.errors.OpError: it fails on one of them.
        """
        ...
