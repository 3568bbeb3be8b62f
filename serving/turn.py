"""Jobs that build on what is served take turns, so that none undoes another's change unseen."""

import contextlib
import os
from collections.abc import Iterator

import tensorflow as tf

from graftnet_tf import locks
from graftnet_tf.files import INCOMING
from graftnet_tf.workspace import Workspace
from serving.served import SERVED


@contextlib.contextmanager
def own_turn(workspace: Workspace) -> Iterator[None]:
    """Waits until no other job holds the turn, and holds it inside the block.

    What reads the served tree and publishes its successor belongs into one block. A job that
    is killed gives its turn back. On a remote file system there are no turns (`locks.held`).
    """
    folder = workspace.path(*SERVED)
    tf.io.gfile.makedirs(folder)
    with locks.held(os.path.join(folder, f"{INCOMING}turn")):
        yield
