"""What a task is trained on, as one hash that needs no image decoded."""

import hashlib
import itertools
import json
from collections.abc import Iterable

import numpy as np

from graftnet_tf.data.content_hashes import content_hashes
from graftnet_tf.workspace.task_split import TaskSplit

_AT_ONCE = 4096  # rows that are text at one time


def input_name(task: str) -> str:
    """Under which a manifest's `inputs` has the hash of a task's data."""
    return f"data/{task}"


def data_hashes(splits: Iterable[TaskSplit]) -> dict[str, str]:
    """Hash of each task's training data as it is listed now; no image is decoded.

    Images whose hash is not in their list are read, every different one once.

    Args:
      splits: The train splits of different tasks.

    Returns:
      sha256 by task name, see `data_hash`.
    """
    splits = list(splits)
    each = zip(splits, content_hashes(splits), strict=True)
    return {split.task.name: data_hash(split, own) for split, own in each}


def data_hash(split: TaskSplit, contents: np.ndarray) -> str:
    """Hash of a task's training data.

    It covers the task's classes and attributes and, in the order of its train list, each
    image's name, bytes, class and group, as JSON: [task, [[image, content, label, group], …]].

    Args:
      split: The task's train split.
      contents: uint8 [M, 32], SHA-256 of the bytes of each example's image; zeros for one that
        cannot be read, which counts as such.
    """
    rows = (
        (example.image, content.tobytes().hex() if readable else None, example.label, example.group)
        for example, content, readable in zip(
            split.examples, contents, contents.any(axis=1), strict=True
        )
    )
    digest = hashlib.sha256(f"[{json.dumps(split.task.to_dict())}, [".encode())
    separator = b""
    while some := list(itertools.islice(rows, _AT_ONCE)):
        digest.update(separator + json.dumps(some)[1:-1].encode())
        separator = b", "
    digest.update(b"]]")
    return digest.hexdigest()
