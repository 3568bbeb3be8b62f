"""Work in a thread that may hang without keeping the process."""

import threading
from collections.abc import Callable


class Background:
    """Work in a daemon thread."""

    def __init__(self, work: Callable[[], None], over: threading.Event):
        """Starts the work; if it fails, `over` is set."""
        self._work = work
        self._over = over
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def join(self, seconds: float) -> None:
        """Gives the work some time to end, and raises what it failed with."""
        self._thread.join(seconds)
        if self._error:
            raise self._error

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self._error = error
            self._over.set()
