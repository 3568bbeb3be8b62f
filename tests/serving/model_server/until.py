"""Waiting for other threads in tests."""

import time


def until(condition, seconds=60.0):
    """Waits until `condition()` is true; fails after a time that no sound run takes."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.001)
