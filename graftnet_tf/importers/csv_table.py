"""One task from a CSV table with the columns image, class and, if wanted, split, group, others."""

import csv
import hashlib
import io
import os
from collections.abc import Sequence

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.classes import Reporting, label_scheme, task_name
from graftnet_tf.importers.collection import Collection, Photo
from graftnet_tf.importers.split_names import split_of, task_splits
from graftnet_tf.io import atomic_files
from graftnet_tf.io.file_names import short_name
from graftnet_tf.workspace.tasks import CONTENT_COLUMN

_NEEDED = ("image", "class")
_READ = (*_NEEDED, "split", "group", CONTENT_COLUMN)  # what a list has of its own
_EXPECTED = "columns image, class and, if wanted, split and group"


def scan(source: str, tasks: Sequence[str] = (), reporting: Reporting = Reporting()) -> Collection:
    """Finds the images; the classes are as `label_scheme` has them.

    Args:
      source: UTF-8 CSV file. An image is a path, relative to the file's folder or absolute,
        or a `gs://` or `http(s)://` URL. A split is train, test, valid (see `split_names`),
        or empty: to be drawn. Rows of one group stay together; an empty group is the image
        alone. Other columns, such as `camera`, go to the task's lists as they are, to evaluate by;
        `sha256` does not, which is taken anew. Blanks around cells do not count.
      tasks: The name of the task; none for the file's own.
      reporting: Which classes are attributes, where their names do not tell.

    Returns:
      Every row as a photo.

    Raises:
      GraftNetError: no such file, a column missing or there twice, no rows, fewer than two
        classes, or a row that lacks its image or class, repeats an image, or has another split or
        more cells.
    """
    name = task_name(tasks, os.path.splitext(os.path.basename(source))[0])
    rows = _read(source)
    scheme = label_scheme(name, [row["class"] for row in rows], source, reporting)
    sides = task_splits({part for row in rows if (part := split_of(row.get("split", "")))})
    others = [name for name in rows[0] if name and name not in _READ]
    photos: dict[str, Photo] = {}
    for number, row in enumerate(rows, start=1):
        image = row["image"]
        path = _path(image, source)
        if path in photos:
            raise GraftNetError(f"{source} lists {image} again in row {number}; list it once.")
        part = split_of(row.get("split", ""))
        photos[path] = Photo(
            source=path,
            name=_copy_name(image),
            group=row.get("group") or None,
            labels={name: scheme.index[row["class"]]},
            split=sides[part] if part else None,
            columns={name: row.get(name, "") for name in others},
        )
    return Collection(name, [scheme.task], list(photos.values()), notes=scheme.notes)


def _read(source: str) -> list[dict[str, str]]:
    if not tf.io.gfile.exists(source) or tf.io.gfile.isdir(source):
        raise GraftNetError(f"{source} is not a file; expected a CSV table with {_EXPECTED}.")
    try:
        text = atomic_files.read_bytes(source).decode("utf-8-sig")
        columns, *cells = [
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""))
        ] or [[]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise GraftNetError(f"{source} is not a UTF-8 CSV table ({error}).") from None
    if not set(_NEEDED) <= set(columns):
        raise GraftNetError(f"{source} has columns {columns}; expected {_EXPECTED}.")
    if twice := sorted({name for name in columns if name and columns.count(name) > 1}):
        raise GraftNetError(
            f"{source} has more than one column {', '.join(twice)}; give each its own name."
        )
    rows = []
    for number, values in enumerate(filter(None, cells), start=1):
        if len(values) > len(columns):
            raise GraftNetError(
                f"{source}, row {number} has {len(values)} cells for {len(columns)} columns; "
                'put an image whose name has a comma in "quotes".'
            )
        missing = [""] * (len(columns) - len(values))
        row = dict(zip(columns, [*values, *missing], strict=True))
        empty = [column for column in _NEEDED if not row.get(column)]
        if empty:
            raise GraftNetError(f"{source}, row {number}: {' and '.join(empty)} missing.")
        if row.get("split") and not split_of(row["split"]):
            raise GraftNetError(
                f"{source}, row {number}: split is {row['split']!r}; "
                "expected train, test or valid, or nothing to have it drawn."
            )
        rows.append(row)
    if not rows:
        raise GraftNetError(f"{source} has no rows below its header; list some images.")
    return rows


def _path(image: str, source: str) -> str:
    """Where an image lies; the same for every way to write it."""
    if "://" in image or "://" in source:
        return image if "://" in image else os.path.join(os.path.dirname(source), image)
    return os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(source)), image))


def _copy_name(image: str) -> str:
    """A name for the copy: readable, and unlike that of any other path or URL."""
    digest = hashlib.sha256(image.encode()).hexdigest()[:12]
    return f"{digest}-{short_name(image)}"
