"""The publishing lock: no job that builds on what is served undoes another's change unseen."""

import contextlib
import os
from collections.abc import Iterator

import tensorflow as tf

from graftnet_tf import locks
from graftnet_tf.files import INCOMING
from graftnet_tf.registry.served_models import SERVED
from graftnet_tf.workspace import Workspace


@contextlib.contextmanager
def publish_lock(workspace: Workspace) -> Iterator[None]:
    """Waits until no other job holds the publishing lock, and holds it inside the block.

    What reads the served tree and publishes its successor belongs into one block. A job that
    is killed gives the lock back. On a remote file system there is no lock (`locks.held`).
    """
    folder = workspace.path(*SERVED)
    tf.io.gfile.makedirs(folder)
    with locks.held(os.path.join(folder, f"{INCOMING}turn")):
        yield
