import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from serving.model_server.requests.bytes_in_flight import BytesInFlight
from serving.model_server.requests.request_error import RequestError
from tests.serving.model_server.requests.test_admission import FakeContext
from tests.serving.model_server.until import until


class Sender(threading.Thread):
    """A call whose message comes when it is sent, and whose answer when it is finished."""

    def __init__(self, in_flight, size, context=None):
        super().__init__()
        self.in_flight, self.size = in_flight, size
        self.context = context or FakeContext()
        self.asked, self.sent, self.finished = (threading.Event() for _ in range(3))
        self.outcome = None
        self.start()

    def receive(self):
        self.asked.set()
        assert self.sent.wait(timeout=60)
        return b"x" * self.size

    def run(self):
        try:
            with self.in_flight.receiving(self.receive, self.context) as message:
                self.outcome = len(message)
                assert self.finished.wait(timeout=60)
        except RequestError as error:
            self.outcome = error.code

    def send(self):
        self.sent.set()
        until(lambda: self.outcome is not None)

    def finish(self):
        self.sent.set()
        self.finished.set()
        self.join()


@contextlib.contextmanager
def senders(in_flight, *sizes):
    started = [Sender(in_flight, size) for size in sizes]
    for sender in started:
        assert sender.asked.wait(timeout=60)
    yield started
    for sender in started:
        sender.finish()
    assert in_flight.held == 0


def refusal(in_flight, context=None):
    def receive():
        pytest.fail("it was received")

    with (
        pytest.raises(RequestError) as refused,
        in_flight.receiving(receive, context or FakeContext()),
    ):
        pytest.fail("it began")
    return refused.value.code


def test_a_message_waits_while_others_are_received_that_may_leave_no_room():
    in_flight = BytesInFlight(most=10, largest=4, calls=9)
    with senders(in_flight, 3, 3) as (first, second):
        third = Sender(in_flight, 3)
        until(lambda: third.context.callbacks)
        assert not third.asked.is_set(), "8 of 10 bytes may come"
        first.send()
        assert not third.asked.is_set(), "3 are there and 4 more may come"
        second.send()
        assert third.asked.wait(timeout=60), "6 are there"
        third.finish()
        assert (third.outcome, in_flight.held) == (3, 6)


def test_a_message_is_refused_where_those_received_leave_no_room():
    in_flight = BytesInFlight(most=10, largest=4, calls=9)
    with senders(in_flight, 4, 3) as (first, second):
        first.send()
        second.send()
        assert refusal(in_flight) == grpc.StatusCode.RESOURCE_EXHAUSTED
        second.finish()
        with in_flight.receiving(lambda: b"1234", FakeContext()) as message:
            assert (message, in_flight.held) == (b"1234", 8)
    with in_flight.receiving(lambda: b"", FakeContext()) as message:
        assert message == b""


def test_who_waits_is_refused_when_what_came_leaves_no_room():
    in_flight = BytesInFlight(most=10, largest=4, calls=9)
    with senders(in_flight, 4, 4) as (first, second):
        third = Sender(in_flight, 1)
        until(lambda: third.context.callbacks)
        first.send()
        second.send()
        third.join()
        assert third.outcome == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_nobody_waits_longer_than_its_client():
    in_flight = BytesInFlight(most=4, largest=4, calls=9)
    with senders(in_flight, 1):
        gone = Sender(in_flight, 1)
        until(lambda: gone.context.callbacks)
        gone.context.go()
        gone.join()
        assert gone.outcome == grpc.StatusCode.CANCELLED
        assert refusal(in_flight, gone.context) == grpc.StatusCode.CANCELLED, "gone before"
        assert refusal(in_flight, FakeContext(0.02)) == grpc.StatusCode.DEADLINE_EXCEEDED


def test_many_calls_all_come_through():
    in_flight = BytesInFlight(most=20, largest=4, calls=99)
    most = [0]

    def receive():
        most[0] = max(most[0], in_flight.held)
        return b"1"

    def ask(_):
        with in_flight.receiving(receive, FakeContext()) as message:
            return len(message)

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(ask, range(600))) == 600
    assert (in_flight.held, most[0] <= 20) == (0, True)


def test_calls_are_limited_too():
    in_flight = BytesInFlight(most=100, largest=4, calls=2)
    with senders(in_flight, 1, 1):
        assert refusal(in_flight) == grpc.StatusCode.RESOURCE_EXHAUSTED
    with in_flight.receiving(lambda: b"1", FakeContext()) as message:
        assert message == b"1"


def test_a_message_that_never_comes_gives_its_room_back():
    in_flight = BytesInFlight(most=4, largest=4, calls=1)

    def fail():
        raise grpc.RpcError

    with pytest.raises(grpc.RpcError), in_flight.receiving(fail, FakeContext()):
        pytest.fail("it began")
    with in_flight.receiving(lambda: b"1234", FakeContext()):
        assert in_flight.held == 4
    assert in_flight.held == 0
