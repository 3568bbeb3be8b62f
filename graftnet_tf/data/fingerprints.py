"""What a task is trained on, as one hash that needs no image decoded."""

import hashlib
import json
from collections.abc import Iterable, Mapping

from graftnet_tf.data.image_loading import UnreadableImageError, process_all, read_data
from graftnet_tf.workspace.task_split import TaskSplit


def input_name(task: str) -> str:
    """Under which a manifest's `inputs` has the hash of a task's data."""
    return f"data/{task}"


def data_hashes(splits: Iterable[TaskSplit]) -> dict[str, str]:
    """Hash of each task's training data as it lies in the workspace now; none is decoded.

    Every different image is read once.

    Args:
      splits: The train splits of different tasks.

    Returns:
      sha256 by task name, see `data_hash`.
    """
    splits = list(splits)
    paths = {path for split in splits for path in split.paths}
    found = process_all(sorted(paths), _content_hash, description="Hashing images")
    contents = {path: _known(content) for path, content in found}
    return {split.task.name: data_hash(split, contents) for split in splits}


def data_hash(split: TaskSplit, contents: Mapping[str, str | None]) -> str:
    """Hash of a task's training data.

    It covers the task's classes and attributes and, in the order of its train list, each
    image's name, bytes, class and group.

    Args:
      split: The task's train split.
      contents: Sha256 of the bytes of each of its images, by path; None for one that
        cannot be read, which counts as such.
    """
    rows = [
        (example.image, contents[path], example.label, example.group)
        for example, path in zip(split.examples, split.paths, strict=True)
    ]
    text = json.dumps([split.task.to_dict(), rows])
    return hashlib.sha256(text.encode()).hexdigest()


def _content_hash(path: str) -> str:
    return hashlib.sha256(read_data(path)).hexdigest()


def _known(content: str | UnreadableImageError) -> str | None:
    return None if isinstance(content, UnreadableImageError) else content
