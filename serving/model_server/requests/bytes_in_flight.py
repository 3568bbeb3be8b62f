"""A bounded number of bytes of requests that are received, wait or are being answered."""

import contextlib
import threading
from collections.abc import Callable, Iterator

import grpc

from serving.model_server.requests.admission import check_wanted
from serving.model_server.requests.request_error import exhausted


class BytesInFlight:
    """Makes room for requests before they are received.

    How large a request is, is known when it is there. Until then it takes the room of the
    largest one; HTTP/2's flow control leaves it with its sender until there is that room.

    Attributes:
      held: bytes of the requests that have been received and are not answered.
    """

    def __init__(self, most: int, largest: int, calls: int):
        """Allows `most` bytes, requests of `largest` bytes, and so many calls at once."""
        self.held = 0
        self._most = most
        self._largest = largest
        self._most_calls = calls
        self._calls = 0
        self._being_received = 0
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def receiving(
        self, receive: Callable[[], bytes], context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        """Yields what `receive` returns, when there is room for it, and counts it meanwhile.

        Raises:
          RequestError: RESOURCE_EXHAUSTED, the requests that were received before leave no
            room for the largest, or there are too many calls; DEADLINE_EXCEEDED or CANCELLED,
            nobody waits for the answer any more.
        """
        with self._changed:
            if self._calls >= self._most_calls:
                raise exhausted(f"{self._calls} calls are under way, this server's limit.")
            self._calls += 1
        size = 0
        try:
            with self._changed:
                self._wait_for_room(context)
                self._being_received += 1
                self._changed.notify()  # there may be room for another one
            try:
                message = receive()
                size = len(message)
            finally:
                with self._changed:
                    self._being_received -= 1
                    self.held += size
                    self._changed.notify()
            yield message
        finally:
            with self._changed:
                self._calls -= 1
                self.held -= size
                self._changed.notify()

    def _wait_for_room(self, context: grpc.ServicerContext) -> None:
        """To be called under the lock; who is woken in vain wakes the next when its call ends."""
        if not self._must_wait():
            return
        waiting = True

        def wake() -> None:
            if waiting:
                with self._changed:
                    self._changed.notify_all()

        context.add_callback(wake)
        try:
            while self._must_wait():
                check_wanted(context)
                self._changed.wait(context.time_remaining())
            check_wanted(context)
        finally:
            waiting = False

    def _must_wait(self) -> bool:
        """Whether others are being received that may leave no room.

        Raises:
          RequestError: RESOURCE_EXHAUSTED; those received already leave none.
        """
        if self.held + self._largest > self._most:
            raise exhausted(
                f"{self.held} bytes of requests, of at most {self._most}, wait or are answered, "
                f"which leaves no room for one of up to {self._largest}; try again later."
            )
        return self.held + (self._being_received + 1) * self._largest > self._most
