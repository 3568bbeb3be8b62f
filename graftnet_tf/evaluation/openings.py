"""How often a test split was looked at: one that choices were made by is no test any more."""

import datetime
import json
from collections.abc import Iterator, Mapping
from typing import Any

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files, file_locks
from graftnet_tf.workspace.workspace import Workspace

LOG = ("reports", "test_openings.jsonl")


def record_opening(
    workspace: Workspace, splits: Mapping[str, str], *, model_version: str, command: str
) -> dict[str, int]:
    """Adds a line to WORKSPACE/reports/test_openings.jsonl, under a lock.

    A line is an object: `time` (UTC, ISO 8601), `command`, `model_version`, and `splits`, the
    sha256 of each task's test.csv by task.

    Args:
      workspace: Workspace with the splits.
      splits: Sha256 of the test.csv of each task that is measured, by task.
      model_version: Version of the composed model.
      command: The command behind this.

    Returns:
      How often each of these splits, of the very same content, was opened before.

    Raises:
      GraftNetError: the file is damaged.
    """
    path = workspace.path(*LOG)
    tf.io.gfile.makedirs(workspace.path(*LOG[:-1]))
    opening = {
        "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": command,
        "model_version": model_version,
        "splits": dict(splits),
    }
    with file_locks.held(workspace.path(LOG[0], f"{atomic_files.INCOMING}openings")):
        content = atomic_files.read_bytes(path) if tf.io.gfile.exists(path) else b""
        earlier = list(_splits(content, path))
        if content and not content.endswith(b"\n"):
            content += b"\n"
        atomic_files.write_bytes(path, content + json.dumps(opening).encode() + b"\n")
    return {
        task: sum(found.get(task) == digest for found in earlier) for task, digest in splits.items()
    }


def _splits(content: bytes, path: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            yield dict(json.loads(line)["splits"])
        except (ValueError, TypeError, KeyError):
            raise GraftNetError(
                f"{path}, line {number} is damaged; expected an object with time, command, "
                "model_version and splits. Mend the line, or move the file away to count anew."
            ) from None
