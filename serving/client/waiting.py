"""What is done about a server that is not there yet."""

import logging
import re

import grpc

from serving.client.call_error import CallError
from serving.client.endpoint import Endpoint

# gRPC's own words, not a server's, for what may pass: no port, or one that is not served yet. A
# refused certificate does not pass.
_NOT_THERE = re.compile(
    r"failed to connect to (remote host|all addresses)|connection attempt timed out"
    r"|errors resolving|DNS resolution failed",
    re.IGNORECASE,
)
_FOR_GOOD = re.compile(r"handshake|verification|certificate", re.IGNORECASE)

_log = logging.getLogger(__name__)


class Waiting:
    """Says, once for a client, that it waits for its server."""

    def __init__(self, endpoint: Endpoint):
        self._endpoint = endpoint
        self._said = False

    def worthwhile(self, error: CallError, seconds: float) -> bool:
        """Whether a failed call is to be made again as soon as the server is there, and says so.

        Not so with one attempt only, with certificates that do not fit, or where a server
        answered.

        Args:
          error: Error of the call.
          seconds: Seconds that it may take in all.
        """
        if (
            self._endpoint.attempts == 1
            or error.code != grpc.StatusCode.UNAVAILABLE
            or not _NOT_THERE.search(error.details)
            or _FOR_GOOD.search(error.details)
        ):
            return False
        if not self._said:
            self._said = True
            _log.warning(
                "No model server answers at %s yet (%s). Waiting for it, up to %g s.",
                self._endpoint.address,
                error.details,
                seconds,
            )
        return True

    def over(self, first: CallError, last: CallError, seconds: float) -> CallError:
        """The error of a call that was waited with: why, where the deadline ended it."""
        if last.code != grpc.StatusCode.DEADLINE_EXCEEDED:
            return last
        return CallError(
            f"No model server answered at {self._endpoint.address} within {seconds:g} s "
            f"({first.details}). Start one with `graftnet-serve`, correct the address, or allow "
            "more time.",
            first.code,
            first.details,
        )
