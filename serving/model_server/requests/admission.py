"""A bounded number of requests at once, and a bounded number that wait for their turn."""

import contextlib
import threading
import time
from collections.abc import Iterator

import grpc

from serving.model_server.requests.request_error import RequestError, exhausted


class Admission:
    """Lets requests begin while others end; those whose client is gone never begin.

    Attributes:
      running: Requests that have begun and not ended.
      waiting: Requests that wait for their turn.
    """

    def __init__(self, in_flight: int, waiting: int):
        """Allows `in_flight` requests at once, and `waiting` to wait."""
        self.running = 0
        self.waiting = 0
        self._most_running = in_flight
        self._most_waiting = waiting
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def turn(self, context: grpc.ServicerContext) -> Iterator[float]:
        """Waits until the request may begin; yields the seconds that it waited.

        Raises:
          RequestError: RESOURCE_EXHAUSTED, too many wait; DEADLINE_EXCEEDED or CANCELLED,
            nobody waits for the answer any more.
        """
        began = time.monotonic()
        self._enter(context)
        try:
            check_wanted(context)
            yield time.monotonic() - began
        finally:
            with self._changed:
                self.running -= 1
                self._changed.notify_all()

    def drain(self, timeout: float) -> None:
        """Waits until no request is left, or `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not (self.running or self.waiting), timeout)

    def _enter(self, context: grpc.ServicerContext) -> None:
        with self._changed:
            if self.running >= self._most_running:
                self._wait(context)
            self.running += 1

    def _wait(self, context: grpc.ServicerContext) -> None:
        if self.waiting >= self._most_waiting:
            raise exhausted(
                f"{self.running} requests are being answered and {self.waiting} wait, which is "
                "this server's limit; try again later."
            )
        context.add_callback(self._wake_all)
        self.waiting += 1
        try:
            in_time = self._changed.wait_for(
                lambda: self.running < self._most_running or not context.is_active(),
                timeout=context.time_remaining(),
            )
        finally:
            self.waiting -= 1
        if not in_time:
            raise _late()
        check_wanted(context)

    def _wake_all(self) -> None:
        with self._changed:
            self._changed.notify_all()


def check_wanted(context: grpc.ServicerContext) -> None:
    """Raises a RequestError where nobody waits for the answer any more."""
    remaining = context.time_remaining()
    if remaining is not None and remaining <= 0:
        raise _late()
    if not context.is_active():
        raise RequestError(grpc.StatusCode.CANCELLED, "The client has gone.")


def _late() -> RequestError:
    return RequestError(grpc.StatusCode.DEADLINE_EXCEEDED, "The deadline has passed.")
