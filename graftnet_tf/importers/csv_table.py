"""One task from a CSV table with the columns image, class and, if wanted, split and group."""

import csv
import hashlib
import io
import os
from collections.abc import Sequence

import tensorflow as tf

from graftnet_tf import files
from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.classes import task_name, task_of_classes
from graftnet_tf.importers.collection import Collection, Photo
from graftnet_tf.tasks import SPLITS

_NEEDED = ("image", "class")
_EXPECTED = "columns image, class and, if wanted, split and group"


def scan(source: str, tasks: Sequence[str] = ()) -> Collection:
    """Finds the pictures; the classes are as `task_of_classes` has them.

    Args:
      source: UTF-8 CSV file. An image is a path, relative to the file's folder or absolute,
        or a `gs://` or `http(s)://` URL. A split is train, test, or empty: to be drawn. Rows
        of one group stay together; an empty group is the image alone.
      tasks: the name of the task; none for the file's own.

    Returns:
      Every row as a photo.

    Raises:
      GraftNetError: no such file, a column missing, no rows, fewer than two classes, or a row
        that lacks its image or class, repeats an image or has another split.
    """
    name = task_name(tasks, os.path.splitext(os.path.basename(source))[0])
    rows = _read(source)
    task = task_of_classes(name, [row["class"] for row in rows], source)
    photos: dict[str, Photo] = {}
    for number, row in enumerate(rows, start=1):
        image = row["image"]
        if image in photos:
            raise GraftNetError(f"{source} lists {image} again in row {number}; list it once.")
        photos[image] = Photo(
            source=image if "://" in image else os.path.join(os.path.dirname(source), image),
            name=_copy_name(image),
            group=row.get("group") or image,
            labels={name: task.classes.index(row["class"])},
            split=row.get("split") or None,
        )
    return Collection(name, [task], list(photos.values()))


def _read(source: str) -> list[dict[str, str]]:
    if not tf.io.gfile.exists(source) or tf.io.gfile.isdir(source):
        raise GraftNetError(f"{source} is not a file; expected a CSV table with {_EXPECTED}.")
    try:
        text = files.read_bytes(source).decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""))
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise GraftNetError(f"{source} is not a UTF-8 CSV table ({error}).") from None
    columns = list(reader.fieldnames or [])
    if not set(_NEEDED) <= set(columns):
        raise GraftNetError(f"{source} has columns {columns}; expected {_EXPECTED}.")
    if not rows:
        raise GraftNetError(f"{source} has no rows below its header; list some pictures.")
    for number, row in enumerate(rows, start=1):
        empty = [column for column in _NEEDED if not row[column]]
        if empty:
            raise GraftNetError(f"{source}, row {number}: {' and '.join(empty)} missing.")
        if row.get("split") and row["split"] not in SPLITS:
            raise GraftNetError(
                f"{source}, row {number}: split is {row['split']!r}; "
                f"expected {', '.join(SPLITS)}, or nothing to have it drawn."
            )
    return rows


def _copy_name(image: str) -> str:
    """A name for the copy: readable, and unlike that of any other path or URL."""
    digest = hashlib.sha256(image.encode()).hexdigest()[:12]
    return f"{digest}-{os.path.basename(image.split('?')[0])[-100:]}"
