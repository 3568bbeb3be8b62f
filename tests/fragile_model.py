"""A model that an image may kill."""

import os
import signal
from collections.abc import Sequence

import tensorflow as tf

from graftnet_tf.archive_tables.tabulator import ImageRows
from serving.archive_scoring.scorer import load_scorer


class Fragile:
    """A model that cannot stand some contents: it fails on them, or they kill its process."""

    def __init__(self, directory: str, poison: frozenset[bytes], deadly: bool):
        """Loads the model, which then cannot stand `poison`."""
        self._scorer = load_scorer(directory)
        self.columns = self._scorer.columns
        self._poison, self._deadly = poison, deadly

    def tabulate(self, images: Sequence[bytes]) -> ImageRows:
        """As the model, if it lives to."""
        if self._poison.intersection(images):
            if self._deadly:
                os.kill(os.getpid(), signal.SIGKILL)
            raise tf.errors.ResourceExhaustedError(None, None, "out of memory")
        return self._scorer.tabulate(images)
