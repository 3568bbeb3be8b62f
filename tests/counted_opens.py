"""Which files a job opens to read, and how often."""

import contextlib
import os
from collections import Counter
from collections.abc import Iterator
from unittest import mock

import tensorflow as tf


@contextlib.contextmanager
def counted_opens(root: str) -> Iterator[Counter[str]]:
    """Counts by path, relative to `root`, what is opened to read below it inside the block."""
    counts: Counter[str] = Counter()
    opened = tf.io.gfile.GFile

    def counting(name: str, mode: str = "r") -> tf.io.gfile.GFile:
        if "r" in mode and not os.path.relpath(name, root).startswith(".."):
            counts[os.path.relpath(name, root)] += 1
        return opened(name, mode)

    with mock.patch.object(tf.io.gfile, "GFile", counting):
        yield counts
