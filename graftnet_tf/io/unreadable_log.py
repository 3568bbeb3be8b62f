"""The images that a run found to be unreadable, kept with its checkpoints."""

import threading

import tensorflow as tf
from absl import logging

from graftnet_tf.io import atomic_files

UNREADABLE = "unreadable.json"


class UnreadableLog:
    """Why each of them is, in a file where there is one: a resumed run lists what it had found.

    Attributes:
      reasons: By path.
    """

    def __init__(self, path: str | None = None):
        """Reads what was found before.

        Args:
          path: JSON file, made when there is something to keep; None keeps it in memory alone.
        """
        self._path, self._lock = path, threading.Lock()
        self.reasons: dict[str, str] = {}
        if path is not None and tf.io.gfile.exists(path):
            self.reasons = atomic_files.read_json(path)

    def add(self, image: str, reason: str) -> None:
        """Adds an image, and says so on stderr, unless it is known; from any thread."""
        with self._lock:
            if image in self.reasons:
                return
            logging.warning("Left out: %s: %s", image, reason)
            self.reasons[image] = reason
            if self._path is not None:
                atomic_files.write_json(self._path, self.reasons)
