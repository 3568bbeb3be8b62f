"""Reading a file from a file system that may fail for a while."""

import time

import tensorflow as tf

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import atomic_files
from graftnet_tf.io.op_errors import reason

_WAITS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)  # seconds after each failure
_PASSING = (tf.errors.AbortedError, tf.errors.DeadlineExceededError, tf.errors.UnavailableError)


def read_patiently(path: str, *, error: type[Exception] = GraftNetError) -> bytes:
    """The bytes of one file, local or `gs://`; a file system that fails is tried again.

    Args:
      path: Path of the file.
      error: What to raise where its file system fails lastingly.

    Raises:
      tf.errors.OpError: the file cannot be read, now or later.
      Exception: of type `error`; its file system fails lastingly.
    """
    for wait in _WAITS:
        try:
            return atomic_files.read_bytes(path)
        except _PASSING as passing:
            failure = reason(passing)
            time.sleep(wait)
    raise error(
        f"{path} could not be read {len(_WAITS)} times in {sum(_WAITS):g} s: {failure}. "
        "Try again once its file system answers."
    )
