"""The publishing lock: no job that builds on what is served undoes another's change unseen."""

import contextlib
import os
import threading
from collections.abc import Iterator

import tensorflow as tf

from graftnet_tf.io import file_locks
from graftnet_tf.io.atomic_files import INCOMING
from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.workspace.workspace import Workspace

_holding = threading.local()


@contextlib.contextmanager
def publish_lock(workspace: Workspace) -> Iterator[None]:
    """Waits until no other job holds the publishing lock, and holds it inside the block.

    What reads the served tree and publishes its successor belongs into one block. Whatever
    publishes trees or served models takes the lock itself; a thread that holds it already
    goes on, so that several such calls can be one change. A job that is killed gives the lock
    back. On a remote file system there is no lock (`file_locks.held`).
    """
    path = _lock_file(workspace)
    lock = (os.getpid(), path)  # a forked process holds none of its parent's
    held: set[tuple[int, str]] = _holding.__dict__.setdefault("locks", set())
    if lock in held:
        yield
        return
    with file_locks.held(path):
        held.add(lock)
        try:
            yield
        finally:
            held.remove(lock)


def _lock_file(workspace: Workspace) -> str:
    folder = workspace.path(*GRAFTNET_DIR)
    tf.io.gfile.makedirs(folder)
    if "://" not in folder:
        folder = os.path.realpath(folder)
    return os.path.join(folder, f"{INCOMING}publishing")
