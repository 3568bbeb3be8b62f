"""TCP ports: which numbers there are, and which of them can be listened on.

Without these checks a number beyond 16 bits stands for another port: 99999 for 34463, to those
who listen and to those who connect.
"""

import contextlib
import os
import re
import socket

from graftnet_tf.errors import GraftNetError

LARGEST = 65535
_WITH_PORT = re.compile(r"(?P<host>\[.*\]|[^:\[\]]*|[a-z0-9]+:///?[^:\[\]]*):(?P<port>-?[0-9]+)")


def check_port(port: int) -> None:
    """Checks that a port can be asked for; 0 stands for a free one.

    Raises:
      GraftNetError: it is out of range.
    """
    if not 0 <= port <= LARGEST:
        raise GraftNetError(
            f"Port {port} does not exist; expected 1 to {LARGEST}, or 0 for a free one."
        )


def check_address(address: str) -> None:
    """Checks the port of a server's `host:port`, if it states one.

    Raises:
      GraftNetError: it is out of range.
    """
    stated = _WITH_PORT.fullmatch(address)
    if stated and not 1 <= int(stated["port"]) <= LARGEST:
        raise GraftNetError(
            f"{address} has port {stated['port']}; expected host:port with 1 to {LARGEST}."
        )


def check_free(host: str, port: int) -> None:
    """Checks that a port can be listened on, 0 for any, and says why where it cannot.

    Args:
      host: Name or address of an interface; one in brackets is IPv6. A Unix socket
        (`unix:...`) is not checked.
      port: Number, 0 to 65535.

    Raises:
      GraftNetError: the port is out of range, in use or not allowed, or the host is not
        this machine's.
    """
    check_port(port)
    if host.startswith("unix"):
        return
    try:
        found = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        raise GraftNetError(f"Cannot listen on {host}: {error.strerror}.") from None
    reason = ""
    for family, kind, protocol, _, address in found:
        try:
            with contextlib.closing(socket.socket(family, kind, protocol)) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
                return
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
    raise GraftNetError(
        f"Cannot listen on {host}:{port}: {reason}. Choose another port, or 0 for a free one."
    )
