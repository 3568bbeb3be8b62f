"""Workers meet before they train: nobody is missing, and all are to do the same."""

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping

from graftnet_tf.errors import GraftNetError
from graftnet_tf.training.distributed.cluster import Cluster

_LONGEST = 1 << 20  # bytes of a message
_PATIENCE = 5.0  # seconds for a caller to say who it is
_PAUSE = 0.2  # seconds between calls of a chief who does not answer

Card = Mapping[str, str]


def meet(cluster: Cluster, card: Card, *, wait: float) -> None:
    """Returns when all workers of a cluster have come with equal cards.

    They call the chief, each holding the port that TensorFlow gives it afterwards; a line of JSON
    goes each way.

    Args:
      cluster: Its workers.
      card: Fingerprints of what this worker is to do, by name.
      wait: Seconds to wait for those who have not come.

    Raises:
      GraftNetError: some have not come, which are named, or one has another card than the chief,
        and in what; every worker that came raises it. Or this worker's port is in use.
    """
    deadline = time.monotonic() + wait
    with _listening(cluster) as server:
        if cluster.worker:
            refusal = _call_chief(cluster, card, deadline, wait)
        else:
            refusal = _receive_all(server, cluster, card, deadline, wait)
    if refusal:
        raise GraftNetError(refusal)


def _listening(cluster: Cluster) -> socket.socket:
    """This worker's port, held until the socket is closed."""
    port = int(cluster.addresses[cluster.worker].rpartition(":")[2])
    try:
        return socket.create_server(("", port), backlog=len(cluster.addresses))
    except OSError as error:
        raise GraftNetError(
            f"Worker {cluster.worker} cannot listen on port {port} ({error.strerror}); name a "
            "free one."
        ) from None


def _receive_all(
    server: socket.socket, cluster: Cluster, card: Card, deadline: float, wait: float
) -> str | None:
    """Answers all workers, as their chief; returns why they are refused, if they are."""
    with contextlib.ExitStack() as calls:
        came: dict[int, tuple[socket.socket, Card]] = {}
        expected = set(range(1, len(cluster.addresses)))
        for call in _calls(server, deadline, lambda: len(came) < len(expected)):
            calls.enter_context(call)
            match _read(call, _PATIENCE):
                case {"worker": int(worker), "card": dict(own)} if worker in expected:
                    came[worker] = call, own
        refusal = _absent(cluster, sorted(expected - set(came)), wait) or _others(
            cluster, card, {worker: own for worker, (_, own) in came.items()}
        )
        for call, _ in came.values():
            with contextlib.suppress(OSError):
                call.sendall(_line({"refusal": refusal}))
    return refusal


def _calls(
    server: socket.socket, deadline: float, more: Callable[[], bool]
) -> Iterator[socket.socket]:
    while more() and (left := deadline - time.monotonic()) > 0:
        server.settimeout(left)
        with contextlib.suppress(TimeoutError):
            yield server.accept()[0]


def _absent(cluster: Cluster, workers: list[int], wait: float) -> str | None:
    """Who has not come."""
    if not workers:
        return None
    names = ", ".join(map(cluster.named, workers))
    return f"{names} did not come within {wait:g} s; see what became of it, then start all again."


def _others(cluster: Cluster, card: Card, cards: Mapping[int, Card]) -> str | None:
    """Who has another card than the chief."""
    for worker, own in sorted(cards.items()):
        names = sorted({*card, *own})
        if different := [name for name in names if own.get(name) != card.get(name)]:
            return (
                f"{cluster.named(worker)} has other {', '.join(different)} than worker 0; "
                "give all workers the same code, flags and workspace."
            )
    return None


def _call_chief(cluster: Cluster, card: Card, deadline: float, wait: float) -> str | None:
    host, _, port = cluster.addresses[0].rpartition(":")
    message = _line({"worker": cluster.worker, "card": dict(card)})
    while (left := deadline - time.monotonic()) > 0:
        with (
            contextlib.suppress(OSError),
            socket.create_connection((host, int(port)), timeout=left) as call,
        ):
            call.sendall(message)
            # A chief who waits for others tells who is missing when its own time is up.
            answer = _read(call, max(deadline - time.monotonic(), 0) + _PATIENCE)
            if answer is not None:
                return answer.get("refusal")
        time.sleep(_PAUSE)
    return _absent(cluster, [0], wait)


def _line(content: dict) -> bytes:
    return json.dumps(content).encode() + b"\n"


def _read(call: socket.socket, patience: float) -> dict | None:
    """What a caller says; None if it is nothing that a worker would say."""
    call.settimeout(patience)
    try:
        with call.makefile("rb") as file:
            said = json.loads(file.readline(_LONGEST))
    except (OSError, ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
