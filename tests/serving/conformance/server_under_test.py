"""The server that is put to the test, and what the environment says of it."""

import contextlib
import dataclasses
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import grpc
import numpy as np
import pytest
import tensorflow as tf
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef
from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataRequest, SignatureDefMap
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest, ModelVersionStatus
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from serving.client import Endpoint, Tls
from serving.schema.metadata import ModelMetadata

_ROUNDING, _ROUNDING_BFLOAT16 = 1e-4, 3e-2  # of scores, from one batch size to another
_SECONDS = 300.0  # a request may be a version's first


def endpoint_from_environment() -> Endpoint | None:
    """The server named by TF_SERVING_ADDRESS; None if none is."""
    address = os.environ.get("TF_SERVING_ADDRESS")
    if not address:
        return None
    fields = [f"TF_SERVING_TLS_{name}" for name in ("CA", "CERTIFICATE", "KEY", "SERVER_NAME")]
    values = [os.environ.get(field) for field in fields]
    return Endpoint(
        address,
        os.environ.get("TF_SERVING_MODEL", "graftnet"),
        tls=Tls(*values) if any(values) else None,
    )


@dataclasses.dataclass(frozen=True)
class Reply:
    """What `Predict` returned: who answered, and the outputs by name."""

    spec: ModelSpec
    outputs: dict[str, np.ndarray]


class ServerUnderTest:
    """Raw calls about one composed model, as any TF Serving client makes them.

    Attributes:
      address: `host:port`.
      model: its name on the server.
      label: of one of its versions, where one is known.
      is_ours: whether the server may be sent what could end another.
      metadata: what the model says of itself.
    """

    def __init__(self, endpoint: Endpoint, channel: grpc.Channel, *, label: str, is_ours: bool):
        self.address = endpoint.address
        self.model = endpoint.model
        self.label = label
        self.is_ours = is_ours
        self._predictions = PredictionServiceStub(channel)
        self._models = ModelServiceStub(channel)
        self._health = health_pb2_grpc.HealthStub(channel)
        rows = self.predict("metadata_rows", {"image_bytes": [b""]}).outputs["metadata"]
        self.metadata = ModelMetadata.from_json(rows[0])

    @property
    def attributes(self) -> list[str]:
        return list(self.metadata.attributes)

    @property
    def tolerance(self) -> float:
        """How far equal scores may lie apart, computed in batches of different sizes."""
        given = os.environ.get("TF_SERVING_TOLERANCE")
        if given:
            return float(given)
        return _ROUNDING_BFLOAT16 if self.metadata.precision == "bfloat16" else _ROUNDING

    def predict(
        self,
        signature: str,
        inputs: Mapping[str, Any],
        *,
        outputs: Sequence[str] = (),
        timeout: float = _SECONDS,
        **spec: Any,
    ) -> Reply:
        """Runs a signature; `spec` are more fields of the ModelSpec, or others in their place."""
        request = PredictRequest(
            model_spec={"name": self.model, "signature_name": signature, **spec},
            output_filter=outputs,
        )
        for name, value in inputs.items():
            empty = tf.string if isinstance(value, list) else None
            request.inputs[name].CopyFrom(tf.make_tensor_proto(value, empty))
        reply = self._predictions.Predict(request, timeout=timeout)
        arrays = {name: tf.make_ndarray(value) for name, value in reply.outputs.items()}
        return Reply(reply.model_spec, arrays)

    def of_files(self, signature: str, files: list[bytes]) -> dict[str, np.ndarray]:
        return self.predict(signature, {"image_bytes": files}).outputs

    def statuses(self, **spec: Any) -> dict[int, ModelVersionStatus]:
        request = GetModelStatusRequest(model_spec={"name": self.model, **spec})
        reply = self._models.GetModelStatus(request, timeout=_SECONDS)
        return {status.version: status for status in reply.model_version_status}

    def available(self) -> list[int]:
        """Versions that answer, ascending."""
        return sorted(
            version
            for version, status in self.statuses().items()
            if status.state == ModelVersionStatus.AVAILABLE
        )

    def signature_defs(
        self, fields: Sequence[str] = ("signature_def",), **spec: Any
    ) -> tuple[ModelSpec, dict[str, SignatureDef]]:
        request = GetModelMetadataRequest(
            model_spec={"name": self.model, **spec}, metadata_field=fields
        )
        reply = self._predictions.GetModelMetadata(request, timeout=_SECONDS)
        known = SignatureDefMap()
        assert reply.metadata["signature_def"].Unpack(known)
        return reply.model_spec, dict(known.signature_def)

    def health(self, service: str = "") -> int:
        request = health_pb2.HealthCheckRequest(service=service)
        return self._health.Check(request, timeout=_SECONDS).status


@contextlib.contextmanager
def refused(*codes: grpc.StatusCode) -> Iterator[None]:
    """Expects a call to be refused with one of these."""
    with pytest.raises(grpc.RpcError) as refusal:
        yield
    assert refusal.value.code() in codes, refusal.value.details()
