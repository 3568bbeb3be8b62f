"""The door's signal, from a pipe or from a GPIO's value file."""

import logging
import os
import stat
from typing import Protocol

from graftnet_tf.errors import GraftNetError

_READ_BYTES = 4096

_log = logging.getLogger(__name__)


class Door(Protocol):
    """Asked now and then for what happened meanwhile."""

    def signalled(self) -> bool:
        """Whether the door has signalled since the last call."""


class DoorPipe:
    """A FIFO into which some other program writes a 1 when the door opens."""

    def __init__(self, path: str):
        self._file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def signalled(self) -> bool:
        """Whether a 1 has come through the pipe since the last call."""
        signalled = False
        try:
            while content := os.read(self._file, _READ_BYTES):
                signalled |= b"1" in content
        except BlockingIOError:
            pass
        return signalled


class DoorLevel:
    """A file that holds 0 or 1, such as /sys/class/gpio/gpio17/value; a rise is a signal."""

    def __init__(self, path: str):
        self._path = path
        self._high = _is_high(path)
        self._readable = True

    def signalled(self) -> bool:
        """Whether the level is 1 and was 0 at the last call that could read it.

        The level at the start is no signal.
        """
        before = self._high
        try:
            self._high = _is_high(self._path)
        except OSError as error:
            if self._readable:
                _log.warning("The door signal %s: %s.", self._path, error.strerror)
            self._readable = False
            return False
        self._readable = True
        return self._high and not before


def door_at(path: str) -> Door:
    """The signal at a path: a pipe if a FIFO is there, a level otherwise.

    Raises:
      GraftNetError: it cannot be read.
    """
    try:
        is_pipe = stat.S_ISFIFO(os.stat(path).st_mode)
        return DoorPipe(path) if is_pipe else DoorLevel(path)
    except OSError as error:
        raise GraftNetError(
            f"The door signal {path} cannot be read: {error.strerror}. Name a FIFO or a GPIO's "
            "value file."
        ) from None


def _is_high(path: str) -> bool:
    with open(path, "rb", buffering=0) as file:
        return file.read(_READ_BYTES).strip() == b"1"
