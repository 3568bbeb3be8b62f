"""Groups as numbers that stand in the order of their names."""

from collections.abc import Iterable

import numpy as np


def in_name_order(groups: np.ndarray, names: Iterable[str]) -> np.ndarray:
    """Codes that a split depends on alone, however the examples are listed.

    Args:
      groups: int [M], rows in `names`.
      names: Different names of the groups.

    Returns:
      int64 [M], the place of each example's group among all names in the order of Python's str.
    """
    listed = list(names)
    places = np.empty(len(listed), np.int64)
    places[sorted(range(len(listed)), key=listed.__getitem__)] = np.arange(len(listed))
    return places[groups]
