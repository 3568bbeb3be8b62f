"""What was published or reported of an image, and stays."""

import os
from collections.abc import Collection, Iterator

import tensorflow as tf

from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.workspace import MINING, Workspace

_TEXTS = (".csv", ".html", ".json", ".jsonl", ".txt")


def mentions(workspace: Workspace, words: Collection[str]) -> list[str]:
    """Paths, from the workspace, of published versions and reports that name an image.

    Their pages may show it. Pages that show an image without its name are not found.

    Args:
      workspace: Workspace to look in.
      words: Hash and paths of the image.
    """
    wanted = [word.encode() for word in words]

    def named(path: str) -> bool:
        content = atomic_files.read_bytes(path)
        return any(word in content for word in wanted)

    found = filter(named, _texts(workspace))
    return sorted(os.path.relpath(path, workspace.root) for path in found)


def _texts(workspace: Workspace) -> Iterator[str]:
    folders = [workspace.path("branches"), workspace.path("reports")]
    folders += [workspace.path("tasks", task, MINING) for task in workspace.task_names()]
    for top in folders:
        for folder, _, names in tf.io.gfile.walk(top):
            yield from (os.path.join(folder, it) for it in names if it.endswith(_TEXTS))
