"""What makes rows of images, and the rows that it makes."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt


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
