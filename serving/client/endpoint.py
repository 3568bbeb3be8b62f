"""Where a model is served, and how calls to it behave."""

import dataclasses
import json
from typing import Any

import grpc

from serving.client.tls import Tls
from serving.schema.ports import check_address
from serving.tf_serving_api.messages import ModelSpec

_RETRY_BUFFER = 256 << 20  # bytes of a request that is kept until it is answered


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """One model on a server, or on several behind one name.

    A call that finds the server unavailable is repeated by gRPC itself (gRFC A6: exponential
    back-off with jitter, never past the deadline): that is while it restarts, or when its
    queue is full. No other status is repeated. Where no server is there at all, as while it
    starts, the call waits for one up to its deadline, and a warning is logged. Addresses that
    a name stands for are all connected to, and take turns.

    Attributes:
      address: `host:port`, or a gRPC name such as `dns:///graftnet-replicas:8500`.
      model: Name of the model on the server.
      version: Version to ask for; the server's choice by default, which is the highest number.
      version_label: Label of the version to ask for instead, such as "stable".
      timeout: Seconds that one call may take, its repetitions and waiting included.
      tls: Certificates; an unencrypted connection without.
      attempts: How often a call is tried, 1 to 5; with 1, no server is waited for either.
      connections: TCP connections that calls take in turn. One carries any number of calls
        at once; more may help where a network limits each.
      message_bytes: Greatest number of bytes of a request, save one of a single image; what the
        server takes is less if it says so. By default what `graftnet-serve` takes by default.
    """

    address: str
    model: str = "graftnet"
    version: int | None = None
    version_label: str | None = None
    timeout: float = 60.0
    tls: Tls | None = None
    attempts: int = 5
    connections: int = 1
    message_bytes: int = 64 << 20

    def __post_init__(self) -> None:
        check_address(self.address)
        if self.version is not None and self.version_label is not None:
            raise ValueError("Ask for a version or for a version label, not for both.")
        if not 1 <= self.attempts <= 5:
            raise ValueError(f"attempts is {self.attempts}; gRPC makes 1 to 5.")

    def spec(self, *, signature: str = "", version: int | None = None) -> Any:
        """The ModelSpec of a request; a `version` goes before that of the endpoint."""
        spec = ModelSpec(name=self.model, signature_name=signature)
        if version is None and self.version_label is not None:
            spec.version_label = self.version_label
        elif (asked := self.version if version is None else version) is not None:
            spec.version.value = asked
        return spec

    def channel(self, library: Any = grpc) -> Any:
        """A channel that is not connected yet.

        Args:
          library: `grpc` or `grpc.aio`.

        Raises:
          GraftNetError: a certificate cannot be read.
        """
        options = self._channel_options()
        if self.tls is None:
            return library.insecure_channel(self.address, options=options)
        return library.secure_channel(self.address, self.tls.credentials(), options=options)

    def _channel_options(self) -> list[tuple[str, Any]]:
        service_config: dict[str, Any] = {"loadBalancingConfig": [{"round_robin": {}}]}
        if self.attempts > 1:
            policy = {
                "maxAttempts": self.attempts,
                "initialBackoff": "0.1s",
                "maxBackoff": "5s",
                "backoffMultiplier": 3,
                "retryableStatusCodes": ["UNAVAILABLE"],
            }
            service_config["methodConfig"] = [{"name": [{}], "retryPolicy": policy}]
        options: list[tuple[str, Any]] = [
            ("grpc.service_config", json.dumps(service_config)),
            # By default a request beyond 256 KiB, which is one photograph, is never repeated.
            ("grpc.per_rpc_retry_buffer_size", _RETRY_BUFFER),
            ("grpc.max_send_message_length", -1),
            ("grpc.max_receive_message_length", -1),
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.min_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 5000),
            ("grpc.use_local_subchannel_pool", int(self.connections > 1)),
        ]
        if self.tls and self.tls.server_name:
            options.append(("grpc.ssl_target_name_override", self.tls.server_name))
        return options
