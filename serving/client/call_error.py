"""A call without an answer, and what to do about it."""

import grpc

from graftnet_tf.errors import GraftNetError
from serving.client.endpoint import Endpoint

_OLD_INPUT = "pictures"  # which is image_bytes since release 0.2


class CallError(GraftNetError):
    """A call without an answer.

    Attributes:
      code: GRPC status.
      details: The server's own words.
    """

    def __init__(self, message: str, code: grpc.StatusCode, details: str):
        super().__init__(message)
        self.code = code
        self.details = details


def call_error(error: grpc.RpcError, endpoint: Endpoint, timeout: float) -> CallError:
    """The error with what happened, for the person who asked."""
    code, details = error.code(), error.details() or ""
    address = endpoint.address
    match code:
        case grpc.StatusCode.UNAVAILABLE:
            message = (
                f"No model server answers at {address} ({details}). Start one with "
                "`graftnet-serve`, or correct the address or the certificates."
            )
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            message = (
                f"{address} did not answer within {timeout:g} s. "
                "Send fewer images at a time, or allow more time."
            )
        case grpc.StatusCode.RESOURCE_EXHAUSTED:
            message = (
                f"{address} refused a request as too large, or has too many waiting ({details}). "
                "Send fewer images at a time."
            )
        case grpc.StatusCode.INVALID_ARGUMENT if _OLD_INPUT in details:
            message = (
                f"The model at {address} was made by an earlier release, whose input was "
                f"{_OLD_INPUT} ({details}). Make it anew with `graftnet-compose`."
            )
        case _:
            message = f"{address} answered {code.name}: {details}"
    return CallError(message, code, details)
