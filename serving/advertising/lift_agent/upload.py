"""One attempt to upload a snapshot, and what came of it."""

import dataclasses
import enum
import math
import ssl
import uuid
from collections.abc import Callable
from urllib.parse import quote

import httpx

from graftnet_tf.errors import GraftNetError
from serving.advertising.lift_agent.settings import GatewaySettings

_LONGEST_WAIT = 3600.0  # seconds; more can only be a mistake
_DETAIL = 200  # characters of the gateway's words that go into a log
# Longer than the usual pause between uploads, which spares a TLS handshake for each.
_KEPT_ALIVE = 30.0


class Kind(enum.Enum):
    """What became of a snapshot."""

    TAKEN = "taken"
    DROPPED = "dropped"  # its own fault; the next one may do
    REFUSED = "refused"  # the lift's fault: its token or name
    BUSY = "busy"  # the gateway asks for patience
    FAILED = "failed"  # the gateway's fault, or the network's


_KINDS = {
    **dict.fromkeys((400, 409, 413, 415, 422), Kind.DROPPED),
    **dict.fromkeys((401, 403, 404), Kind.REFUSED),
    **dict.fromkeys((429, 503), Kind.BUSY),
}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of an attempt.

    Attributes:
      kind: What became of the snapshot.
      status: HTTP status; None without an answer.
      wait: Seconds that the gateway asks to wait, ≥ 0.
      reason: Why the snapshot was not taken, in a line.
    """

    kind: Kind
    status: int | None = None
    wait: float = 0.0
    reason: str = ""


class Uploader:
    """Uploads snapshots, each with the next number of this start of the agent."""

    def __init__(
        self, client: httpx.Client, lift: str, *, token: Callable[[], str], boot_id: uuid.UUID
    ):
        """Sends nothing yet.

        Args:
          client: Connection to the gateway; `gateway_client`.
          lift: Name of the lift.
          token: Gives the lift's newest token.
          boot_id: What this start of the agent is told from others by.
        """
        self._client = client
        self._path = f"/v1/lifts/{quote(lift, safe='')}/snapshots"
        self._token = token
        self._boot_id = str(boot_id)
        self._sequence = 0

    def upload(self, jpeg: bytes, age: float) -> Outcome:
        """Makes one attempt; a failure is an outcome, too.

        The number is used up whatever comes of it: without an answer, nobody knows whether the
        gateway has seen it.

        Args:
          jpeg: The snapshot.
          age: Seconds since it was captured.
        """
        self._sequence += 1
        headers = {
            "Authorization": f"Bearer {self._token()}",
            "Content-Type": "image/jpeg",
            "Boot-Id": self._boot_id,
            "Sequence": str(self._sequence),
            "Snapshot-Age": str(max(0, round(1000 * age))),
        }
        try:
            return _outcome(self._client.post(self._path, content=jpeg, headers=headers))
        except httpx.RequestError as error:
            return Outcome(Kind.FAILED, reason=str(error) or type(error).__name__)


def gateway_client(
    settings: GatewaySettings, transport: httpx.BaseTransport | None = None
) -> httpx.Client:
    """A connection to the gateway, not made yet.

    Args:
      settings: Its address, certificates and time-outs.
      transport: What carries requests in place of the network.

    Raises:
      GraftNetError: the authority's certificate cannot be read.
    """
    return httpx.Client(
        base_url=settings.url,
        verify=_trusted(settings.tls_ca) if settings.tls_ca else True,
        timeout=settings.timeout,
        limits=httpx.Limits(keepalive_expiry=_KEPT_ALIVE),
        transport=transport,
    )


def _trusted(ca: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:  # an ssl.SSLError is one, too
        raise GraftNetError(
            f"The PEM file {ca} cannot be read: {error.strerror or error}. Name the certificate of "
            "the authority that signed the gateway's."
        ) from None


def _outcome(answer: httpx.Response) -> Outcome:
    status = answer.status_code
    body = _json(answer)
    if status == httpx.codes.OK:
        if not isinstance(body, dict) or "next_in" not in body:
            return Outcome(Kind.FAILED, status, reason="It is not the gateway that answered.")
        return Outcome(Kind.TAKEN, status, wait=_seconds(body["next_in"]))
    detail = body.get("detail") if isinstance(body, dict) else None
    words = " ".join(str(detail or answer.reason_phrase).split())[:_DETAIL]
    kind = _KINDS.get(status, Kind.FAILED)
    wait = _seconds(answer.headers.get("Retry-After")) if kind is Kind.BUSY else 0.0
    return Outcome(kind, status, wait=wait, reason=f"{status} {words}")


def _json(answer: httpx.Response) -> object:
    try:
        return answer.json()
    except ValueError:
        return None


def _seconds(given: object) -> float:
    """Seconds to wait; 0 if they are not a number that makes sense."""
    try:
        seconds = float(given)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 0.0
    return min(max(seconds, 0.0), _LONGEST_WAIT) if math.isfinite(seconds) else 0.0
