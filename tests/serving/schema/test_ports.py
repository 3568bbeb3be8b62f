import socket

import pytest

from graftnet_tf.errors import GraftNetError
from serving.client.endpoint import Endpoint
from serving.rollout.replicas import every_address
from serving.schema.ports import check_free


@pytest.mark.parametrize(
    "address",
    ["localhost:8500", "127.0.0.1:65535", "[::1]:1", "::1", "dns:///replicas:8500", "localhost"],
)
def test_addresses_with_a_port_or_none_are_taken(address):
    assert Endpoint(address).address == address


@pytest.mark.parametrize(
    "address", ["localhost:99999", "127.0.0.1:-1", "[::1]:65536", "h:0", "dns:///replicas:99999"]
)
def test_a_server_on_a_port_that_does_not_exist_is_refused(address):
    with pytest.raises(GraftNetError, match=r"expected host:port with 1 to 65535"):
        Endpoint(address)
    with pytest.raises(GraftNetError, match=r"expected host:port with 1 to 65535"):
        every_address(address)


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        ("203.0.113.9", 0, "Cannot assign requested address"),
        ("127.0.0.1", 65536, "does not exist"),
        ("no such host", 0, "Cannot listen on no such host: "),
    ],
)
def test_why_a_port_cannot_be_listened_on_is_said(host, port, reason):
    with pytest.raises(GraftNetError, match=reason):
        check_free(host, port)


def test_a_port_is_free_until_somebody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.listen()
        with pytest.raises(GraftNetError, match="Address already in use"):
            check_free("127.0.0.1", port)
    check_free("127.0.0.1", port)
    check_free("localhost", 0)
    check_free("unix:/nowhere", port)
