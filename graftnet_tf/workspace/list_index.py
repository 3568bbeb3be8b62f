"""Long lists of examples, parsed once and then read as the arrays they became."""

import hashlib
import os

import numpy as np
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io.npz_archives import read_npz, write_npz
from graftnet_tf.workspace.cache_directory import default_cache_directory
from graftnet_tf.workspace.example_table import ExampleTable
from graftnet_tf.workspace.string_column import StringColumn
from graftnet_tf.workspace.tasks import Task, parse_list

INDEXED_ROWS = 20_000  # shorter lists are parsed as fast
LISTS = "lists"  # folder in the cache
_COLUMNS = ("labels", "groups", "contents", "known")
_UNUSABLE = (  # missing, out of reach or damaged, be it to the length that an array claims
    GraftNetError,
    KeyError,
    MemoryError,
    OverflowError,
    tf.errors.OpError,
)


def read_list(root: str, content: bytes, path: str, task: Task, digest: str) -> ExampleTable:
    """What `parse_list` returns, from an index where there is one.

    The index is derived: it is below the workspace's cache, under the hashes of the CSV's path and
    content, and may be deleted at any time. One that is damaged, or was made for other classes or
    a former content of the file, is replaced; a cache that cannot be written is done without.

    Args:
      root: Root of the workspace.
      content: Content of the CSV.
      path: Path of the CSV, which errors name.
      task: Task whose examples these are.
      digest: Hex SHA-256 of `content`.

    Raises:
      GraftNetError: the CSV is damaged, as for `parse_list`.
    """
    place = hashlib.sha256(path.encode()).hexdigest()[:16]
    index = os.path.join(default_cache_directory(root), LISTS, f"{place}-{digest}.npz")
    examples = _read(index, task.classes)
    if examples is None:
        examples = parse_list(content, path, task)
        if len(examples) > INDEXED_ROWS:
            _write(index, task.classes, examples)
    return examples


def _read(path: str, classes: tuple[str, ...]) -> ExampleTable | None:
    try:
        arrays = read_npz(path)
        if tuple(arrays["classes"].tolist()) != classes:
            return None
        if {len(arrays[name]) for name in _COLUMNS} != {len(arrays["image_offsets"]) - 1}:
            return None
        return ExampleTable(
            **{name: arrays[name] for name in _COLUMNS},
            images=StringColumn(arrays["image_bytes"], arrays["image_offsets"]),
            group_names=StringColumn(arrays["group_bytes"], arrays["group_offsets"]),
        )
    except _UNUSABLE:
        return None


def _write(path: str, classes: tuple[str, ...], examples: ExampleTable) -> None:
    arrays = {
        "classes": np.array(classes),
        "labels": examples.labels,
        "groups": examples.groups,
        "contents": examples.contents,
        "known": examples.known,
        "image_bytes": examples.images.blob,
        "image_offsets": examples.images.offsets,
        "group_bytes": examples.group_names.blob,
        "group_offsets": examples.group_names.offsets,
    }
    try:
        write_npz(path, arrays)
        folder, name = os.path.split(path)
        for former in tf.io.gfile.glob(os.path.join(folder, f"{name.split('-')[0]}-*.npz")):
            if os.path.basename(former) != name:
                tf.io.gfile.remove(former)
    except (tf.errors.OpError, OSError):  # no place to keep it
        return
