"""SIGTERM noticed rather than obeyed at once, so that a run can end where it can go on from."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import NoReturn

from absl import logging

STATUS = 128 + signal.SIGTERM  # what a shell says of a process that the signal ended


def end(done: int, steps: int) -> NoReturn:
    """Ends the process as SIGTERM would have, once a run of some steps has its checkpoint.

    Args:
      done: Steps that were done.
      steps: Steps of the whole run.

    Raises:
      SystemExit: always.
    """
    logging.warning(
        "Ended by SIGTERM after step %d of %d; run again, it goes on from there.", done, steps
    )
    raise SystemExit(STATUS)


@contextlib.contextmanager
def noticed() -> Iterator[threading.Event]:
    """Yields what is set when SIGTERM comes inside the block.

    Signals reach the main thread alone; in another one, nothing is noticed.
    """
    came = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    before = signal.signal(signal.SIGTERM, lambda *_: came.set())
    try:
        yield came
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)
