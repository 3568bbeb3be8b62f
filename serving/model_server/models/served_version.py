"""A loaded version that is freed when it is no longer wanted and no longer used."""

import contextlib
import threading
from collections.abc import Callable, Iterator

from absl import logging

from serving.model_server.models.servable import Servable


class ServedVersion:
    """Counts the requests that use a model.

    Attributes:
      directory: It was loaded from.
      servable: The model.
    """

    def __init__(self, directory: str, servable: Servable, freed: Callable[[], None]):
        """Keeps `servable`; `freed` is called once, after it has been closed."""
        self.directory = directory
        self.servable = servable
        self._freed = freed
        self._lock = threading.Lock()
        self._users = 1  # the model's list of versions, until `retire`

    def acquire(self) -> None:
        """Holds the model in memory until `release`; it must not be retired yet."""
        with self._lock:
            self._users += 1

    def release(self) -> None:
        """Frees the model if this was the last use of a retired one.

        Where freeing fails, that is logged: whoever used the model last is not to blame.
        """
        with self._lock:
            self._users -= 1
            last = self._users == 0
        if last:
            try:
                self.servable.close()
            except Exception:
                logging.exception("Cannot free the model of %s.", self.directory)
            self._freed()

    def retire(self) -> None:
        """No further request will come; those under way finish."""
        self.release()

    @contextlib.contextmanager
    def acquired(self) -> Iterator[Servable]:
        """The model, released at the end; `acquire` was called before."""
        try:
            yield self.servable
        finally:
            self.release()
