"""One training in a run's directory at a time."""

import contextlib
import os
from collections.abc import Iterator

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import file_locks
from graftnet_tf.io.atomic_files import INCOMING


@contextlib.contextmanager
def run_lock(directory: str) -> Iterator[None]:
    """Keeps other processes from the same run until the block ends: they would publish it again.

    A process that is killed gives the lock back. On a remote file system there is no lock
    (`file_locks.held`).

    Args:
      directory: Directory of the run, made if it is missing.

    Raises:
      GraftNetError: another process has the lock.
    """
    tf.io.gfile.makedirs(directory)
    with file_locks.held(os.path.join(directory, f"{INCOMING}training"), wait=False) as held:
        if not held:
            raise GraftNetError(
                f"This very training is already running, in another process ({directory}). Wait "
                "for what it publishes; or stop it, and this command goes on where it was."
            )
        yield
