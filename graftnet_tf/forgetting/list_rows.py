"""Rows taken out of a task's lists, with all others as they were."""

import csv
import io
import os
import re
from collections.abc import Collection, Iterator

import tensorflow as tf

from graftnet_tf.io import atomic_files
from graftnet_tf.io.file_names import short_name
from graftnet_tf.workspace.tasks import NEAR_DUPLICATES_FILE
from graftnet_tf.workspace.workspace import Workspace

_COPY_OF_A_ROW = re.compile(r"[0-9a-f]{12}-(.+)")  # as tables' images are named


def drop_rows(path: str, rows: Collection[int]) -> None:
    """Takes examples out of a list; every other byte of it stays.

    Args:
      path: CSV of a task's split.
      rows: Numbers of the examples, as `parse_list` counts them.
    """
    header, *records = _records(atomic_files.read_bytes(path).decode())
    kept, number = [header[0]], 0
    for text, cells in records:
        if not (cells and number in rows):
            kept.append(text)
        number += bool(cells)
    atomic_files.write_bytes(path, "".join(kept).encode())


def drop_near_duplicates(workspace: Workspace, task: str, images: Collection[str]) -> None:
    """Takes images out of the table of what looks alike across a task's split.

    Its images are named by their files in the source. A group that is not on both sides any more
    is left out.

    Args:
      workspace: Workspace with the task.
      task: Name of the task.
      images: Paths in the task's lists.
    """
    path = workspace.path("tasks", task, NEAR_DUPLICATES_FILE)
    if not tf.io.gfile.exists(path):
        return
    header, *records = _records(atomic_files.read_bytes(path).decode())
    kept = [
        (text, cells)
        for text, cells in records
        if len(cells) == 3 and not any(_is_copy(image, cells[1]) for image in images)
    ]
    sides: dict[str, set[str]] = {}
    for _, (group, _, side) in kept:
        sides.setdefault(group, set()).add(side)
    both = [text for text, (group, *_) in kept if len(sides[group]) > 1]
    if len(both) < len(records):
        atomic_files.write_bytes(path, "".join([header[0], *both]).encode())


def _is_copy(image: str, source: str) -> bool:
    """Whether an image is, by its name, what an import made of a source's file."""
    if image == source:
        return True
    if not image.startswith(f"images{os.sep}"):
        return False
    name = image.split(os.sep, 2)[-1]
    if match := _COPY_OF_A_ROW.fullmatch(name):
        return short_name(source) == match[1]
    return source == name or source.endswith(f"/{name}")


def _records(text: str) -> Iterator[tuple[str, list[str]]]:
    """The text of each record of a CSV, and its cells."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline="\n"):
            taken.append(line)
            yield line

    for cells in csv.reader(lines()):
        yield "".join(taken), cells
        taken.clear()
