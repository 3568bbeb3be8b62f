"""What a task holds already that more labels are appended to."""

import csv
import dataclasses
import functools
import io
from collections.abc import Iterable, Mapping, Sequence

import tensorflow as tf
from absl import logging

from graftnet_tf.data.content_hashes import content_hashes
from graftnet_tf.data.image_loading import UnreadableImageError, decode, process_all, read_data
from graftnet_tf.data.near_duplicates import Look, look
from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.extra_columns import further_cells
from graftnet_tf.workspace.near_duplicate_table import read_near_duplicates
from graftnet_tf.workspace.tasks import NEAR_DUPLICATES_FILE, SKIPPED_FILE, SPLITS, Example, Task
from graftnet_tf.workspace.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class EarlierLabels:
    """Labels that stay as they are.

    Attributes:
      task: What they label.
      examples: Examples by split, with their further columns.
      skipped: Reason for each image that was left out, by source.
      near_duplicates: Groups of images that look alike and are on both sides of the split; of
        each the split by source.
    """

    task: Task
    examples: Mapping[str, Sequence[Example]] = dataclasses.field(
        default_factory=lambda: {split: [] for split in SPLITS}
    )
    skipped: Mapping[str, str] = dataclasses.field(default_factory=dict)
    near_duplicates: Sequence[dict[str, str]] = ()

    def __len__(self) -> int:
        return sum(map(len, self.examples.values()))

    def of_content(self, content: str) -> Example | None:
        """The example whose file has that SHA-256, in hex."""
        return self._by_content.get(content)

    @functools.cached_property
    def sides(self) -> dict[str, str]:
        """The split by image."""
        return {e.image: split for split in SPLITS for e in self.examples[split]}

    @functools.cached_property
    def sides_of_groups(self) -> dict[str, str]:
        """The split by group."""
        return {e.group: split for split in SPLITS for e in self.examples[split]}

    @functools.cached_property
    def _by_content(self) -> dict[str, Example]:
        return {e.content: e for split in SPLITS for e in self.examples[split] if e.content}


def read_earlier(workspace: Workspace, task: Task) -> EarlierLabels:
    """What the task of that name holds; nothing where there is none.

    Hashes that its lists lack are taken of its images.

    Raises:
      GraftNetError: it has other classes or attributes, or a file of it is damaged.
    """
    if task.name not in workspace.task_names():
        return EarlierLabels(task)
    existing = workspace.task(task.name)
    if existing != task:
        raise GraftNetError(
            f"Task {task.name} has classes {', '.join(existing.classes)} and reports "
            f"{', '.join(existing.attributes)}; the labels to append have "
            f"{', '.join(task.classes)} and {', '.join(task.attributes)}. Import another task."
        )
    alike: dict[str, dict[str, str]] = {}
    table = workspace.path("tasks", task.name, NEAR_DUPLICATES_FILE)
    for group, image, split in read_near_duplicates(table):
        alike.setdefault(group, {})[image] = split
    skipped = _rows(workspace.path("tasks", task.name, SKIPPED_FILE))
    return EarlierLabels(
        task,
        {split: _examples(workspace, task.name, split) for split in SPLITS},
        {row["image"]: row["reason"] for row in skipped},
        list(alike.values()),
    )


def earlier_looks(workspace: Workspace, images: Iterable[str]) -> dict[str, Look]:
    """How labelled images look, by image; those that cannot be read are told and left out."""
    image_of = {workspace.image_path(image): image for image in images}
    looks, unreadable = {}, []
    found = process_all(
        image_of,
        lambda path: look(decode(read_data(path)).numpy()),
        description="Looking at labelled images",
    )
    for path, seen in found:
        if isinstance(seen, UnreadableImageError):
            unreadable.append(path)
        else:
            looks[image_of[path]] = seen
    if unreadable:
        logging.warning(
            "%d labelled images cannot be read, the first %s: what looks like them is not told.",
            len(unreadable),
            unreadable[0],
        )
    return looks


def _examples(workspace: Workspace, name: str, split: str) -> list[Example]:
    listed = workspace.split(name, split)
    (contents,) = content_hashes([listed])
    cells = further_cells(workspace.root, name, split)
    return [
        dataclasses.replace(
            example, columns=further, content=content.tobytes().hex() if content.any() else ""
        )
        for example, content, further in zip(listed.examples, contents, cells, strict=True)
    ]


def _rows(path: str) -> list[dict[str, str]]:
    """The rows of a table; none where there is no such file."""
    if not tf.io.gfile.exists(path):
        return []
    text = atomic_files.read_bytes(path).decode(errors="replace")
    return list(csv.DictReader(io.StringIO(text, newline="")))
