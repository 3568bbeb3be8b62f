"""The tasks' lists with the hash of every image, and what of one image is in them."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from graftnet_tf.data.content_hashes import content_hashes
from graftnet_tf.workspace.task_split import TaskSplit
from graftnet_tf.workspace.tasks import SPLITS
from graftnet_tf.workspace.workspace import Workspace


@dataclasses.dataclass(frozen=True)
class HashedList:
    """One list of a task.

    Attributes:
      split: "train" or "test".
      listed: Its examples.
      contents: uint8 [M, 32], SHA-256 of each one's file; zeros where that is unknown.
    """

    split: str
    listed: TaskSplit
    contents: np.ndarray

    def rows_of(self, sha256: str) -> list[int]:
        """Rows of an image, by its hash in hex."""
        wanted = np.frombuffer(bytes.fromhex(sha256), np.uint8)
        return np.flatnonzero((self.contents == wanted).all(axis=1)).tolist()


@dataclasses.dataclass(frozen=True)
class Listing:
    """One row of a list.

    Attributes:
      task: Name of the task.
      split: "train" or "test".
      label: Class that the image has.
      image: Its path, absolute or relative to the workspace.
    """

    task: str
    split: str
    label: str
    image: str


def hashed_lists(workspace: Workspace) -> list[HashedList]:
    """Every list of every task; images are read whose hash their list has not.

    Raises:
      GraftNetError: a list is damaged.
    """
    keys = [(name, split) for name in workspace.task_names() for split in SPLITS]
    listed = [workspace.split(*key) for key in keys]
    each = zip(keys, listed, content_hashes(listed), strict=True)
    return [HashedList(split, some, contents) for (_, split), some, contents in each]


def listings(lists: Sequence[HashedList], sha256: str) -> list[Listing]:
    """The rows of an image, by its hash in hex."""
    return [
        Listing(
            one.listed.task.name,
            one.split,
            one.listed.task.classes[one.listed.examples[row].label],
            one.listed.examples.image(row),
        )
        for one in lists
        for row in one.rows_of(sha256)
    ]
