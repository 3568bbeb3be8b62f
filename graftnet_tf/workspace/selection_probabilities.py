"""How likely each image of a task's list was to be chosen from its archive, where the list says."""

import csv
import io
from collections.abc import Iterable

import numpy as np

from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.string_column import StringColumn

PROBABILITY = "probability"  # column of a list, as graftnet-collect writes it


def probability_cells(content: bytes) -> StringColumn | None:
    """The cells of the column `probability` of a CSV in UTF-8, row by row, as they are.

    Returns:
      A cell that a row lacks is empty; None where there is no such column.
    """
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="\n")
    reader = csv.reader(text)
    header = next(reader, [])
    if PROBABILITY not in header:
        return None
    place = header.index(PROBABILITY)
    return StringColumn.of(
        row[place].strip() if place < len(row) else "" for row in filter(None, reader)
    )


def parse_probabilities(
    cells: Iterable[str] | None, images: Iterable[str], listed: str
) -> np.ndarray | None:
    """The probabilities that some cells say.

    Args:
      cells: N cells, empty where nothing is known; None for none at all.
      images: N images.
      listed: Path of the list that has them, for messages.

    Returns:
      float64 [N] above 0, at most 1; NaN for an empty cell. None where every cell is empty.

    Raises:
      GraftNetError: a cell is no such number.
    """
    if cells is None:
        return None
    pairs = zip(cells, images, strict=True)
    found = np.array([_parsed(cell, image, listed) for cell, image in pairs], np.float64)
    return None if np.isnan(found).all() else found


def _parsed(cell: str, image: str, listed: str) -> float:
    if not cell:
        return np.nan
    try:
        value = float(cell)
    except ValueError:
        value = np.nan
    if not 0 < value <= 1:
        raise GraftNetError(
            f"{listed} says {PROBABILITY} {cell!r} of {image}; expected how likely it was to be "
            "chosen, above 0 and at most 1, or nothing. Correct it, or give a column that means "
            "something else another name."
        )
    return value
