"""Calling one model on a server that speaks TF Serving's gRPC API."""

from collections.abc import Mapping, Sequence

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from graftnet_tf.errors import GraftNetError

_UNLIMITED = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]


class CallError(GraftNetError):
    """A call without an answer.

    Attributes:
      code: gRPC status.
      details: the server's own words.
    """

    def __init__(self, message: str, code: grpc.StatusCode, details: str):
        super().__init__(message)
        self.code = code
        self.details = details


class ModelCaller:
    """A connection to one model."""

    def __init__(self, address: str, model: str, timeout: float):
        """Prepares a connection; nothing is sent yet.

        Args:
          address: `host:port`.
          model: name of the model on the server.
          timeout: seconds that one call may take.
        """
        self._address = address
        self._model = model
        self._timeout = timeout
        self._channel = grpc.insecure_channel(address, options=_UNLIMITED)
        self._stub = PredictionServiceStub(self._channel)

    def close(self) -> None:
        self._channel.close()

    def call(
        self,
        signature: str,
        inputs: Mapping[str, Sequence[bytes]],
        *,
        version: int | None = None,
    ) -> tuple[int, dict[str, np.ndarray]]:
        """Runs a signature.

        Args:
          signature: its name.
          inputs: string [N] inputs by name.
          version: of the model; the newest by default.

        Returns:
          (version of the model that answered, outputs by name).

        Raises:
          CallError: the server cannot be reached, or refused the request.
        """
        request = PredictRequest(model_spec=ModelSpec(name=self._model, signature_name=signature))
        if version is not None:
            request.model_spec.version.value = version
        for name, values in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(values, tf.string))
        try:
            response = self._stub.Predict(request, timeout=self._timeout)
        except grpc.RpcError as error:
            message = self._explanation(error)
            raise CallError(message, error.code(), error.details()) from None
        outputs = {name: tf.make_ndarray(tensor) for name, tensor in response.outputs.items()}
        return response.model_spec.version.value, outputs

    def _explanation(self, error: grpc.RpcError) -> str:
        """What happened, and what to do about it."""
        match error.code():
            case grpc.StatusCode.UNAVAILABLE:
                return (
                    f"No model server answers at {self._address} ({error.details()}). "
                    "Start one with `graftnet-serve`, or correct the address."
                )
            case grpc.StatusCode.DEADLINE_EXCEEDED:
                return (
                    f"{self._address} did not answer within {self._timeout:g} s. "
                    "Send fewer pictures at a time, or allow more time."
                )
            case grpc.StatusCode.RESOURCE_EXHAUSTED:
                return (
                    f"{self._address} refused a request as too large ({error.details()}). "
                    "Send fewer pictures at a time."
                )
            case code:
                return f"{self._address} answered {code.name}: {error.details()}"
