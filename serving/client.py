"""Client of a served composed model: pictures in, attributes out."""

import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import grpc
import tensorflow as tf
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from graftnet_tf import files
from graftnet_tf.errors import GraftNetError
from serving.metadata import ModelMetadata
from serving.picture_batch import NOTHING_DECODED

_UNDECODABLE = "not a JPEG or PNG picture that the model accepts"


@dataclasses.dataclass(frozen=True)
class PictureResult:
    """What the model says of one picture.

    Attributes:
      picture: its path, or its place among those given as bytes (`"#0"`).
      scores: score in 0…1 of each attribute; empty when there is an error.
      decisions: whether each attribute's score reaches its threshold.
      error: why there are no scores, or None.
      model_version: of the model that answered; None when it was not asked.
    """

    picture: str
    scores: dict[str, float] = dataclasses.field(default_factory=dict)
    decisions: dict[str, bool] = dataclasses.field(default_factory=dict)
    error: str | None = None
    model_version: int | None = None


class AttributeClient:
    """Synchronous client of `graftnet-serve` or `tensorflow_model_server`.

    Also a context manager, which closes the connection.
    """

    def __init__(self, address: str, *, model: str = "graftnet", timeout: float = 60.0):
        """Prepares a connection; nothing is sent yet.

        Args:
          address: `host:port`.
          model: name of the model on the server.
          timeout: seconds that one request may take.
        """
        self._address = address
        self._model = model
        self._timeout = timeout
        unlimited = [
            ("grpc.max_send_message_length", -1),
            ("grpc.max_receive_message_length", -1),
        ]
        self._channel = grpc.insecure_channel(address, options=unlimited)
        self._stub = PredictionServiceStub(self._channel)
        self._version = 0
        self._metadata: ModelMetadata | None = None

    def __enter__(self) -> "AttributeClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()

    def metadata(self) -> ModelMetadata:
        """What the model now in service says about itself.

        Raises:
          GraftNetError: the server cannot be reached, or has no such composed model.
        """
        request = PredictRequest(model_spec=ModelSpec(name=self._model, signature_name="metadata"))
        try:
            response = self._call(request)
        except grpc.RpcError as error:
            raise self._explained(error) from None
        self._version = response.model_spec.version.value
        self._metadata = ModelMetadata.from_json(
            tf.make_ndarray(response.outputs["metadata"]).item()
        )
        return self._metadata

    def predict(self, pictures: Iterable[str | bytes], *, batch: int = 16) -> list[PictureResult]:
        """Scores pictures; one that cannot be read or decoded harms no other.

        The scores and thresholds of a picture come from one version of the model, also
        when the server moves to another meanwhile.

        Args:
          pictures: paths (local or `gs://`), or the bytes of JPEG or PNG files.
          batch: pictures in a request.

        Returns:
          One result per picture, in order.

        Raises:
          GraftNetError: the server cannot be reached, has no such composed model, or
            refused a request for another reason than its pictures.
        """
        numbered = enumerate(pictures)
        results: list[PictureResult] = []
        while chunk := list(itertools.islice(numbered, batch)):
            named = [
                (f"#{place}" if isinstance(picture, bytes) else picture, picture)
                for place, picture in chunk
            ]
            results += self._predict_batch(named)
        return results

    def _predict_batch(self, named: Sequence[tuple[str, str | bytes]]) -> list[PictureResult]:
        contents: dict[int, bytes] = {}
        results: dict[int, PictureResult] = {}
        for place, (name, picture) in enumerate(named):
            try:
                contents[place] = (
                    picture if isinstance(picture, bytes) else files.read_bytes(picture)
                )
            except tf.errors.OpError as error:
                results[place] = PictureResult(name, error=f"cannot be read: {error.message}")
        if contents:
            names = [named[place][0] for place in contents]
            scored = self._score(names, list(contents.values()))
            results |= dict(zip(contents, scored, strict=True))
        return [results[place] for place in range(len(named))]

    def _score(self, names: list[str], contents: list[bytes]) -> list[PictureResult]:
        if self._metadata is None:
            self.metadata()
        try:
            outputs = self._predict_jpeg(contents)
        except grpc.RpcError as error:
            if NOTHING_DECODED not in error.details():
                raise self._explained(error) from None
            version = self._version
            return [PictureResult(n, error=_UNDECODABLE, model_version=version) for n in names]
        return [
            self._result(name, {key: values[row] for key, values in outputs.items()})
            for row, name in enumerate(names)
        ]

    def _predict_jpeg(self, contents: list[bytes]) -> dict[str, Any]:
        """Outputs by name, from the version whose metadata is at hand.

        When that version has left the server, the metadata of the one now in service is
        fetched and the request is sent to it.
        """

        def pinned() -> PredictRequest:
            request = PredictRequest(
                model_spec=ModelSpec(
                    name=self._model,
                    signature_name="predict_jpeg",
                    version={"value": self._version},
                )
            )
            request.inputs["pictures"].CopyFrom(tf.make_tensor_proto(contents, tf.string))
            return request

        try:
            response = self._call(pinned())
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.NOT_FOUND:
                raise
            self.metadata()
            response = self._call(pinned())
        return {name: tf.make_ndarray(tensor) for name, tensor in response.outputs.items()}

    def _result(self, name: str, row: dict[str, Any]) -> PictureResult:
        if not row["decoded"]:
            return PictureResult(name, error=_UNDECODABLE, model_version=self._version)
        assert self._metadata is not None
        thresholds = self._metadata.thresholds
        scores = {attribute: float(row[attribute]) for attribute in thresholds}
        decisions = {name: score >= thresholds[name] for name, score in scores.items()}
        return PictureResult(name, scores, decisions, model_version=self._version)

    def _call(self, request: PredictRequest) -> PredictResponse:
        return self._stub.Predict(request, timeout=self._timeout)

    def _explained(self, error: grpc.RpcError) -> GraftNetError:
        """A request's failure as an error that says what to do."""
        match error.code():
            case grpc.StatusCode.UNAVAILABLE:
                return GraftNetError(
                    f"No model server answers at {self._address} ({error.details()}). "
                    "Start one with `graftnet-serve`, or correct the address."
                )
            case grpc.StatusCode.DEADLINE_EXCEEDED:
                return GraftNetError(
                    f"{self._address} did not answer within {self._timeout:g} s. "
                    "Send fewer pictures at a time, or allow more time."
                )
            case grpc.StatusCode.RESOURCE_EXHAUSTED:
                return GraftNetError(
                    f"{self._address} refused a request as too large ({error.details()}). "
                    "Send fewer pictures at a time."
                )
            case code:
                return GraftNetError(f"{self._address} answered {code.name}: {error.details()}")
