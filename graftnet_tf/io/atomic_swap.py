"""Two directories that change places in one step (Linux's renameat2)."""

import ctypes
import os

_HERE = -100  # AT_FDCWD
_EXCHANGE = 2  # RENAME_EXCHANGE


def atomic_swap(one: str, other: str) -> bool:
    """Swaps two existing paths atomically.

    Returns:
      False where the file system or the C library cannot; nothing is changed then.
    """
    try:
        renameat2 = ctypes.CDLL(None).renameat2
    except AttributeError:
        return False
    return renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0
