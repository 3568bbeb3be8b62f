import threading
import time

import grpc
import pytest

from serving.model_server.requests.admission import Admission
from serving.model_server.requests.request_error import RequestError
from tests.serving.model_server.until import until


class FakeContext:
    """Of a call whose client can go."""

    def __init__(self, remaining=None):
        self.deadline = None if remaining is None else time.monotonic() + remaining
        self.active = True
        self.callbacks = []

    def is_active(self):
        return self.active

    def time_remaining(self):
        return None if self.deadline is None else self.deadline - time.monotonic()

    def add_callback(self, callback):
        self.callbacks.append(callback)
        return self.active

    def go(self):
        self.active = False
        for callback in self.callbacks:
            callback()


class Waiter(threading.Thread):
    """Takes a turn on a thread of its own."""

    def __init__(self, admission, context):
        super().__init__()
        self.admission, self.context, self.outcome = admission, context, None
        self.start()

    def run(self):
        try:
            with self.admission.turn(self.context):
                self.outcome = "answered"
        except RequestError as error:
            self.outcome = error.code


def test_requests_beyond_those_that_may_wait_are_refused():
    admission = Admission(in_flight=1, waiting=1)
    with admission.turn(FakeContext()):
        waiter = Waiter(admission, FakeContext())
        until(lambda: admission.waiting == 1)
        with pytest.raises(RequestError) as refusal, admission.turn(FakeContext()):
            pass
        assert refusal.value.code == grpc.StatusCode.RESOURCE_EXHAUSTED
    waiter.join()
    assert waiter.outcome == "answered"
    assert (admission.running, admission.waiting) == (0, 0)


def test_a_client_that_goes_while_waiting_leaves_its_turn_to_the_next():
    admission = Admission(in_flight=1, waiting=2)
    gone = FakeContext()
    with admission.turn(FakeContext()):
        first = Waiter(admission, gone)
        until(lambda: admission.waiting == 1)
        second = Waiter(admission, FakeContext())
        until(lambda: admission.waiting == 2)
        gone.go()
        first.join()
        assert first.outcome == grpc.StatusCode.CANCELLED
    second.join()
    assert second.outcome == "answered"


def test_a_deadline_that_passes_while_waiting_ends_the_wait():
    admission = Admission(in_flight=1, waiting=1)
    with admission.turn(FakeContext()):
        late = Waiter(admission, FakeContext(remaining=0.05))
        late.join()
    assert late.outcome == grpc.StatusCode.DEADLINE_EXCEEDED
    assert (admission.running, admission.waiting) == (0, 0)


@pytest.mark.parametrize("remaining", [None, -1.0])
def test_work_that_nobody_waits_for_never_begins(remaining):
    admission = Admission(in_flight=1, waiting=0)
    context = FakeContext(remaining)
    if remaining is None:
        context.go()
    with pytest.raises(RequestError), admission.turn(context):
        pytest.fail("it began")
    assert admission.running == 0
    with admission.turn(FakeContext()):
        assert admission.running == 1


def test_never_more_at_once_than_allowed():
    admission = Admission(in_flight=3, waiting=40)
    most, lock = [0], threading.Lock()

    def ask():
        with admission.turn(FakeContext()):
            with lock:
                most[0] = max(most[0], admission.running)
            time.sleep(0.001)

    threads = [threading.Thread(target=ask) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] <= 3
    assert (admission.running, admission.waiting) == (0, 0)
