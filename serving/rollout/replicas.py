"""The servers of one model: telling all of them, and waiting for all of them."""

import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

import grpc
from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataRequest
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest, ModelVersionStatus
from tensorflow_serving.apis.model_management_pb2 import ReloadConfigRequest
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from graftnet_tf.errors import GraftNetError
from serving.client.call_error import CallError, call_error
from serving.client.endpoint import Endpoint
from serving.rollout.versions import Versions
from serving.schema.ports import check_address

_LOOK_AGAIN = 0.2  # seconds


def every_address(name: str) -> list[str]:
    """`ip:port` of every machine that `host:port` stands for.

    Raises:
      GraftNetError: the name cannot be resolved, or its port does not exist.
    """
    check_address(name)
    host, _, port = name.rpartition(":")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise GraftNetError(f"Cannot resolve {name}: {error}. Expected host:port.") from None
    return sorted(
        f"[{address[0]}]:{port}" if family == socket.AF_INET6 else f"{address[0]}:{port}"
        for family, *_, address in set(found)
    )


class Replicas:
    """Servers with the same models; also a context manager."""

    def __init__(self, endpoints: Sequence[Endpoint], *, timeout: float):
        """Prepares connections; nothing is sent yet.

        Args:
          endpoints: One model on each server.
          timeout: Seconds to wait for them all.

        Raises:
          GraftNetError: a certificate cannot be read.
        """
        self._timeout = timeout
        self._model = endpoints[0].model
        self._servers = [_Server(endpoint) for endpoint in endpoints]

    def __enter__(self) -> "Replicas":
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.channel.close()

    def available(self) -> frozenset[int]:
        """Versions that every server has loaded.

        Raises:
          GraftNetError: a server cannot be reached, or there is no such version.
        """
        common = frozenset.intersection(*(server.available() for server in self._servers))
        if not common:
            raise GraftNetError(f"No version of {self._model} is loaded on every server.")
        return common

    def reload(self, config: ModelServerConfig) -> None:
        """Sends every server the full configuration.

        Raises:
          GraftNetError: some cannot be reached or refuse it; the others have it.
        """
        failures = []
        for server in self._servers:
            try:
                server.reload(config)
            except GraftNetError as error:
                failures.append(str(error))
        if failures:
            raise GraftNetError(" ".join(failures))

    def wait_for(self, wanted: Versions) -> None:
        """Returns when every server has loaded the versions and knows the labels.

        Raises:
          GraftNetError: one could not load a version, or they take too long.
        """
        deadline = time.monotonic() + self._timeout
        for server in self._servers:
            while lacking := server.lacking(wanted):
                if time.monotonic() > deadline:
                    raise GraftNetError(
                        f"{server.endpoint.address} after {self._timeout:g} s: {lacking}."
                    )
                time.sleep(_LOOK_AGAIN)


class _Server:
    """One server."""

    def __init__(self, endpoint: Endpoint):
        self.endpoint = endpoint
        self.channel = endpoint.channel()
        self._models = ModelServiceStub(self.channel)
        self._predictions = PredictionServiceStub(self.channel)

    def available(self) -> frozenset[int]:
        return frozenset(
            version
            for version, status in self._statuses().items()
            if status.state == ModelVersionStatus.AVAILABLE
        )

    def reload(self, config: ModelServerConfig) -> None:
        self._call(self._models.HandleReloadConfigRequest, ReloadConfigRequest(config=config))

    def lacking(self, wanted: Versions) -> str:
        """What it still lacks, empty when nothing.

        Raises:
          GraftNetError: it could not load a wanted version.
        """
        statuses = self._statuses()
        for version in sorted(wanted.served):
            status = statuses.get(version, ModelVersionStatus())
            if status.state == ModelVersionStatus.END and status.status.error_message:
                raise GraftNetError(
                    f"{self.endpoint.address} cannot load version {version}: "
                    f"{status.status.error_message}"
                )
            if status.state != ModelVersionStatus.AVAILABLE:
                return f"version {version} is not available"
        for label, version in wanted.labels.items():
            if (known := self._version_of(label)) != version:
                return f"{label} is version {known}, not {version}"
        return ""

    def _statuses(self) -> dict[int, ModelVersionStatus]:
        request = GetModelStatusRequest(model_spec={"name": self.endpoint.model})
        response = self._call(self._models.GetModelStatus, request)
        return {status.version: status for status in response.model_version_status}

    def _version_of(self, label: str) -> int | None:
        """The version that a label stands for; GetModelStatus would not look at the label."""
        spec = {"name": self.endpoint.model, "version_label": label}
        request = GetModelMetadataRequest(model_spec=spec, metadata_field=["signature_def"])
        try:
            response = self._call(self._predictions.GetModelMetadata, request)
        except CallError as error:
            if error.code in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND):
                return None
            raise
        return response.model_spec.version.value

    def _call(self, method: Callable[..., Any], request: Any) -> Any:
        try:
            return method(request, timeout=self.endpoint.timeout)
        except grpc.RpcError as error:
            raise call_error(error, self.endpoint, self.endpoint.timeout) from None
