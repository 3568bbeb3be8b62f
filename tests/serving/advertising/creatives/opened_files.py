"""Whether this process, in C as in Python, opens a file: asked of the Linux kernel (inotify)."""

import contextlib
import ctypes
import os
import pathlib
from collections.abc import Callable, Iterator

_IN_OPEN = 0x20


@contextlib.contextmanager
def watched(path: pathlib.Path) -> Iterator[Callable[[], bool]]:
    """Gives a function that says whether the file was opened since it was last asked."""
    kernel = ctypes.CDLL(None)
    events = kernel.inotify_init1(os.O_NONBLOCK)
    assert kernel.inotify_add_watch(events, str(path).encode(), _IN_OPEN) >= 0

    def opened() -> bool:
        try:
            return bool(os.read(events, 4096))
        except BlockingIOError:
            return False

    try:
        yield opened
    finally:
        os.close(events)
