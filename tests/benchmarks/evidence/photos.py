"""Photos of people with several binary labels each, divided once for all contenders."""

import dataclasses
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.tasks import SPLITS
from graftnet_tf.workspace.workspace import Workspace
from tests.benchmarks.batched import apply
from tests.benchmarks.decoded_images import decode_all

UNKNOWN = -1


@dataclasses.dataclass(frozen=True)
class Photos:
    """N photos and what is known of L attributes.

    Attributes:
      names: L attributes.
      paths: N files.
      images: uint8 [N, h, w, 3] RGB in 0…255.
      labels: int8 [N, L]: 1 (shown), 0 (not shown), or `UNKNOWN`.
      groups: int64 [N], equal for what must stay on one side of a split.
    """

    names: tuple[str, ...]
    paths: np.ndarray
    images: np.ndarray
    labels: np.ndarray
    groups: np.ndarray

    def __len__(self) -> int:
        return len(self.paths)

    def subset(self, chosen: np.ndarray) -> "Photos":
        """Photos by int or bool index."""
        return Photos(
            self.names,
            self.paths[chosen],
            self.images[chosen],
            self.labels[chosen],
            self.groups[chosen],
        )

    def labelled(self, labels: np.ndarray) -> "Photos":
        """The same photos with other labels, int8 [N, L]."""
        return dataclasses.replace(self, labels=labels)

    def each(
        self, function: Callable[[tf.Tensor], tf.Tensor], *, description: str = "Features"
    ) -> np.ndarray:
        """[N, …], a function of uint8 [n, h, w, 3] over all photos, a batch at a time."""
        rows = np.arange(len(self))
        return apply(function, self.images.__getitem__, rows, description=description)

    def of(self, names: tuple[str, ...]) -> "Photos":
        """Only some attributes, and the photos that any of them is known of."""
        columns = [self.names.index(name) for name in names]
        part = dataclasses.replace(self, names=names, labels=self.labels[:, columns])
        return part.subset((part.labels != UNKNOWN).any(axis=1))


def read_photos(
    workspace: Workspace, tasks: tuple[str, ...], preprocessing: Preprocessing
) -> Photos:
    """All photos of binary tasks, of both of their splits, joined by file.

    A file in several tasks has several labels. Its group is the one that the first of them names.

    Raises:
      GraftNetError: a task is not binary.
    """
    rows: dict[str, int] = {}
    groups: dict[str, int] = {}
    known: list[tuple[int, int, int]] = []  # row, attribute, label
    group_of: list[int] = []
    for column, name in enumerate(tasks):
        task = workspace.task(name)
        if len(task.classes) != 2:
            raise GraftNetError(f"Task {name} has {len(task.classes)} classes; expected 2.")
        shown = task.class_index(name)
        for split in SPLITS:
            for example in workspace.examples(name, split):
                path = workspace.image_path(example.image)
                if path not in rows:
                    rows[path] = len(rows)
                    group_of.append(groups.setdefault(example.group, len(groups)))
                known.append((rows[path], column, int(example.label == shown)))
    labels = np.full((len(rows), len(tasks)), UNKNOWN, np.int8)
    for row, column, label in known:
        labels[row, column] = label
    decoded = decode_all(list(rows), preprocessing)
    readable = np.array([path in decoded.rows for path in rows])
    return Photos(
        tasks,
        np.array(list(rows))[readable],
        decoded.images[[decoded.rows[path] for path in rows if path in decoded.rows]],
        labels[readable],
        np.array(group_of)[readable],
    )
