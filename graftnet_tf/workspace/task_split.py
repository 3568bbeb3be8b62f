"""One split of a task, read once: what is labelled how, where it lies, and what that depends on."""

import dataclasses
import hashlib
import os

import numpy as np
import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.example_table import ExampleTable
from graftnet_tf.workspace.image_paths import ImagePaths
from graftnet_tf.workspace.list_index import read_list
from graftnet_tf.workspace.selection_probabilities import probability_cells
from graftnet_tf.workspace.string_column import StringColumn
from graftnet_tf.workspace.tasks import COLUMNS, TASK_FILE, Task, class_counts

MINED_LIST = "train.csv"


@dataclasses.dataclass(frozen=True)
class MinedList:
    """What a mining left of a train split.

    Attributes:
      version: Version of the mining.
      examples: Examples that are left.
      paths: Image file of each, computed when asked.
      sha256: SHA-256 of the list.
    """

    version: str
    examples: ExampleTable
    paths: ImagePaths
    sha256: str


@dataclasses.dataclass(frozen=True)
class TaskSplit:
    """One split of a task.

    Attributes:
      task: Whose examples these are.
      examples: All of the split.
      paths: Image file of each example, local or `gs://`, computed when asked.
      hashes: Sha256 of the files that say so, by path in the workspace.
      mined: What a mining left of them, where one was asked for.
      probabilities: What the list says of how likely each example was to be chosen, unchecked, see
        `parse_probabilities`; None where it has no such column.
    """

    task: Task
    examples: ExampleTable
    paths: ImagePaths
    hashes: dict[str, str]
    mined: MinedList | None = None
    probabilities: StringColumn | None = None

    def path(self, row: int) -> str:
        """Image file of the example at a row."""
        return self.paths[row]

    def rows_of(self, examples: ExampleTable) -> np.ndarray:
        """int64 [m], rows whose image is one of some examples'."""
        images = set(examples.images)
        return np.flatnonzero([image in images for image in self.examples.images])


def read_split(root: str, name: str, split: str) -> TaskSplit:
    """A split of a task that is there; each of its two files is read once.

    Args:
      root: Root of the workspace.
      name: Name of the task.
      split: "train" or "test".

    Raises:
      GraftNetError: a file is missing or damaged.
    """
    described, listed = (f"tasks/{name}/{file}" for file in (TASK_FILE, f"{split}.csv"))
    contents = {path: _read(os.path.join(root, path)) for path in (described, listed)}
    task = Task.from_dict(
        atomic_files.parse_json(contents[described], os.path.join(root, described))
    )
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in contents.items()}
    examples = read_list(
        root, contents[listed], os.path.join(root, listed), task, digest=hashes[listed]
    )
    return TaskSplit(
        task,
        examples,
        ImagePaths(root, examples),
        hashes,
        probabilities=probability_cells(contents[listed]),
    )


def read_training_split(root: str, name: str, mining: str | None) -> TaskSplit:
    """The train split of a task that is there and can be learnt from, its files read once.

    Args:
      root: Root of the workspace.
      name: Name of the task.
      mining: Directory of a published mining of it, to read what that left; None for none.

    Raises:
      GraftNetError: a class has no example, a file is missing or damaged, or the train list or
        the classes have changed since the mining.
    """
    split = read_split(root, name, "train")
    if mining is not None:
        split = dataclasses.replace(split, mined=_read_mined(root, mining, split))
    counts = class_counts(split.task, split.mined.examples if split.mined else split.examples)
    if empty := [label for label, count in counts.items() if count == 0]:
        raise GraftNetError(
            f"Task {name} has no training image of class {', '.join(empty)} "
            f"(counts: {counts}). Add some, or leave this task out."
        )
    return split


def _read_mined(root: str, directory: str, split: TaskSplit) -> MinedList:
    version, name = os.path.basename(directory), split.task.name
    mined_from = manifest.read(directory)["inputs"]
    for path, digest in split.hashes.items():
        if mined_from[path] != digest:
            raise GraftNetError(
                f"{path} has changed since mining {version} of {name}: it would leave out what is "
                f"new. Mine again with `graftnet-mine-negatives --workspace={root} --task={name}`."
            )
    path = os.path.join(directory, MINED_LIST)
    content = _read(path)
    digest = hashlib.sha256(content).hexdigest()
    examples = read_list(root, content, path, split.task, digest)
    return MinedList(version, examples, ImagePaths(root, examples), digest)


def _read(path: str) -> bytes:
    try:
        return atomic_files.read_bytes(path)
    except tf.errors.NotFoundError:
        expected = f"; expected columns {', '.join(COLUMNS)}" if path.endswith(".csv") else ""
        raise GraftNetError(f"{path} does not exist{expected}.") from None
