"""`train_trunk` with a journal of what it does when.

    python -m tests.benchmarks.data_path.watched_training --journal=FILE [--kill_at=STEP] …

Takes the flags of train_trunk besides. The journal has one JSON object a line, appended at once:
what happened, at which second of the machine's monotonic clock, and the path or the step.
"""

import contextlib
import functools
import json
import os
import signal
import time
from collections.abc import Callable
from typing import IO, Any
from unittest import mock

from absl import flags

from graftnet_tf.data import image_reader, labelled_images
from graftnet_tf.models import weights
from graftnet_tf.trunk.dynamic_graph import DynamicTrunk
from graftnet_tf.workspace.workspace import Workspace
from pipelines import shell, train_trunk

JOURNAL = flags.DEFINE_string("journal", None, "File to append to.", required=True)
KILL_AT = flags.DEFINE_integer("kill_at", None, "Step in place of which the process is killed.")


class Journal:
    """Lines appended to a file that outlives the process."""

    def __init__(self, file: IO[str]):
        self._file = file

    def note(self, event: str, **details: Any) -> None:
        print(json.dumps({"event": event, "at": time.monotonic(), **details}), file=self._file)

    def noting(self, event: str, function: Callable) -> Callable:
        """`function`, whose every end is noted."""

        @functools.wraps(function)
        def noted(*arguments: Any, **options: Any) -> Any:
            result = function(*arguments, **options)
            self.note(event)
            return result

        return noted


def main() -> None:
    with open(JOURNAL.value, "a", buffering=1) as file, contextlib.ExitStack() as patches:
        journal = Journal(file)
        journal.note("imported")
        for owner, name, event in (
            (Workspace, "training_split", "list read"),
            (weights, "initialise", "network made"),
            (labelled_images, "label", "labelled"),
            (image_reader.ImageReader, "read", "batch read"),
        ):
            noted = journal.noting(event, getattr(owner, name))
            patches.enter_context(mock.patch.object(owner, name, noted))
        opened, trained = image_reader.read_data, DynamicTrunk.train

        def open_(path: str) -> bytes:
            journal.note("opened", path=path)
            return opened(path)

        def train(self: DynamicTrunk, *arguments: Any) -> float:
            step = arguments[-1][0]
            if step == KILL_AT.value:
                os.kill(os.getpid(), signal.SIGKILL)
            loss = trained(self, *arguments)
            journal.note("step", step=step)
            return loss

        patches.enter_context(mock.patch.object(image_reader, "read_data", open_))
        patches.enter_context(mock.patch.object(DynamicTrunk, "train", train))
        train_trunk.main()
        journal.note("ended", peak_mib=_peak_mib())


def _peak_mib() -> int:
    """The largest memory that the process has held so far."""
    with open("/proc/self/status") as status:
        [line] = [line for line in status if line.startswith("VmHWM")]
    return int(line.split()[1]) >> 10


if __name__ == "__main__":
    shell.run(main)
