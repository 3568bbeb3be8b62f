"""What else a task's list says of its images: the camera, the site, a person's age."""

import csv
import io
import os

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.tasks import COLUMNS, CONTENT_COLUMN


def read_column(root: str, name: str, split: str, column: str) -> dict[str, str] | None:
    """The cells of one column of a task's list, by image.

    Args:
      root: Root of the workspace.
      name: Name of a task that is there.
      split: "train" or "test".
      column: Name of the column.

    Returns:
      An empty cell is empty text; None where the list has no such column.

    Raises:
      GraftNetError: an image is listed twice with different cells, or the list is damaged.
    """
    path = os.path.join(root, "tasks", name, f"{split}.csv")
    header, rows = _read(path)
    if column not in header:
        return None
    found: dict[str, str] = {}
    for row in rows:
        image, cell = row["image"], (row[column] or "").strip()
        if found.setdefault(image, cell) != cell:
            raise GraftNetError(
                f"{path} lists {image} with {column} {found[image]!r} and {cell!r}; "
                "expected one for each image."
            )
    return found


def further_cells(root: str, name: str, split: str) -> list[dict[str, str]]:
    """The cells of a task's list beside those that every list has, by column, a row each.

    Raises:
      GraftNetError: the list is damaged.
    """
    header, rows = _read(os.path.join(root, "tasks", name, f"{split}.csv"))
    further = [column for column in header if column not in (*COLUMNS, CONTENT_COLUMN)]
    return [{column: row[column] or "" for column in further} for row in rows]


def columns_of(root: str, name: str, split: str) -> list[str]:
    """Names of the columns of a task's list, in order.

    Raises:
      GraftNetError: the list is damaged.
    """
    return _read(os.path.join(root, "tasks", name, f"{split}.csv"))[0]


def _read(path: str) -> tuple[list[str], list[dict[str, str]]]:
    try:
        text = atomic_files.read_bytes(path).decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""))
        header, rows = list(reader.fieldnames or ()), list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise GraftNetError(f"{path} is no CSV in UTF-8 ({error}).") from None
    if rows and "image" not in header:
        raise GraftNetError(f"{path} has columns {header}; expected image among them.")
    return header, rows
