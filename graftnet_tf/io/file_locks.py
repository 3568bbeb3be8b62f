"""Locks that end with the process that holds them, even by SIGKILL."""

import contextlib
import fcntl
import os
from collections.abc import Iterator


@contextlib.contextmanager
def held(path: str, *, wait: bool = True) -> Iterator[bool]:
    """Holds the lock file at `path` inside the block; it is gone afterwards.

    The lock is the kernel's (`flock`): a file that a killed job left behind is not locked.
    Threads exclude one another as processes do. Remote file systems (`gs://`) have no such
    locks; there, this does nothing.

    Args:
      path: Path of the lock file, in a directory that exists.
      wait: Until its holder gives it back, rather than not at all.

    Yields:
      Whether it is held; always true with `wait`.
    """
    if "://" in path:
        yield True
        return
    descriptor = _acquire(path, wait=wait)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            if _is_at(descriptor, path):  # not where its directory was deleted meanwhile
                os.unlink(path)
            os.close(descriptor)


def _acquire(path: str, *, wait: bool) -> int | None:
    """Descriptor of the locked file at `path`, or None if another holds it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        if _is_at(descriptor, path):
            return descriptor
        os.close(descriptor)  # its holder removed the file while we opened it


def _is_at(descriptor: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False
