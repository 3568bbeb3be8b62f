"""What a task is trained on, as one hash that needs no picture decoded."""

import hashlib
import json
from collections.abc import Sequence

from graftnet_tf.pictures import UnreadablePictureError, process_all, read_data
from graftnet_tf.workspace import Workspace


def input_name(task: str) -> str:
    """Under which a manifest's `inputs` has the hash of a task's data."""
    return f"data/{task}"


def data_hashes(workspace: Workspace, names: Sequence[str]) -> dict[str, str]:
    """Hash of each task's training data as it lies in the workspace now.

    It covers the task's classes and attributes and, in the order of its train list, each
    picture's name, bytes, class and group. Every different picture is read once; one that
    cannot be read counts as such.

    Args:
      workspace: holds the tasks.
      names: of the tasks.

    Returns:
      sha256 by task name.

    Raises:
      GraftNetError: a task is unknown, or its train list is missing or damaged.
    """
    examples = {name: workspace.examples(name, "train") for name in names}
    paths = {workspace.image_path(e.image) for some in examples.values() for e in some}
    contents = dict(process_all(sorted(paths), _content_hash, description="Hashing pictures"))
    hashes = {}
    for name, some in examples.items():
        rows = [
            (e.image, _known(contents[workspace.image_path(e.image)]), e.label, e.group)
            for e in some
        ]
        text = json.dumps([workspace.task(name).to_dict(), rows])
        hashes[name] = hashlib.sha256(text.encode()).hexdigest()
    return hashes


def _content_hash(path: str) -> str:
    return hashlib.sha256(read_data(path)).hexdigest()


def _known(content: str | UnreadablePictureError) -> str | None:
    return None if isinstance(content, UnreadablePictureError) else content
