import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.training.distributed.cluster import Cluster
from graftnet_tf.training.distributed.meeting import meet
from graftnet_tf.training.distributed.supervisor import free_addresses

CARD = {"code": "1", "data/hat": "2"}


def outcomes(cards, wait=30.0, delays=()):
    """What `meet` raises in each worker, which has no card if it does not come."""
    addresses = free_addresses(len(cards))

    def come(worker):
        if cards[worker] is None:
            return None
        time.sleep(dict(delays).get(worker, 0))
        try:
            meet(Cluster(addresses, worker), cards[worker], wait=wait)
        except GraftNetError as error:
            return str(error)
        return "met"

    with ThreadPoolExecutor(len(cards)) as pool:
        return addresses, list(pool.map(come, range(len(cards))))


@pytest.mark.parametrize("late", [0, 2])
def test_all_meet_whoever_comes_last(late):
    assert outcomes([CARD] * 3, delays=[(late, 0.5)])[1] == ["met"] * 3


def test_a_worker_alone_has_nobody_to_wait_for():
    assert outcomes([CARD])[1] == ["met"]


def test_everybody_is_told_who_is_to_do_something_else():
    addresses, told = outcomes([CARD, CARD, CARD | {"data/hat": "3", "data/bag": "4"}])
    expected = f"Worker 2 ({addresses[2]}) has other data/bag, data/hat than worker 0; "
    assert all(one.startswith(expected) for one in told)


def test_everybody_is_told_who_is_missing():
    addresses, told = outcomes([CARD, None, CARD, None], wait=1.0)
    expected = f"Worker 1 ({addresses[1]}), Worker 3 ({addresses[3]}) did not come within 1 s; "
    assert told[1] is None
    assert all(told[worker].startswith(expected) for worker in (0, 2))


def test_a_missing_chief_is_named():
    addresses, told = outcomes([None, CARD], wait=1.0)
    assert told[1].startswith(f"Worker 0 ({addresses[0]}) did not come within 1 s; ")


def test_a_caller_that_is_no_worker_is_passed_over():
    addresses = free_addresses(2)
    host, port = addresses[0].split(":")
    with ThreadPoolExecutor(1) as pool:
        chief = pool.submit(meet, Cluster(addresses, 0), CARD, wait=30.0)
        for said in (b"GET / HTTP/1.1\r\n\r\n", b'{"worker": 7}', b'{"worker": 1}', b"[" * 100_000):
            connect(host, int(port)).sendall(said + b"\n")
        meet(Cluster(addresses, 1), CARD, wait=30.0)
        assert chief.result() is None


def connect(host, port):
    while True:
        try:
            return socket.create_connection((host, port), timeout=5)
        except ConnectionRefusedError:
            time.sleep(0.05)


@pytest.mark.parametrize("worker", [0, 1])
def test_a_port_that_is_taken_is_named(worker):
    with socket.create_server(("", 0)) as taken:
        addresses = list(free_addresses(2))
        port = taken.getsockname()[1]
        addresses[worker] = f"127.0.0.1:{port}"
        with pytest.raises(GraftNetError, match=f"Worker {worker} cannot listen on port {port}"):
            meet(Cluster(tuple(addresses), worker), CARD, wait=1.0)
