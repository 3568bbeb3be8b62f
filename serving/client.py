"""Client of a served composed model: pictures in, attributes out."""

import dataclasses
import itertools
from collections.abc import Iterable, Sequence

import grpc
import tensorflow as tf

from graftnet_tf import files
from serving.metadata import ModelMetadata
from serving.model_caller import CallError, ModelCaller
from serving.picture_batch import NOTHING_DECODED


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


@dataclasses.dataclass(frozen=True)
class _ServedModel:
    """A version of the model and what it says of itself."""

    version: int
    metadata: ModelMetadata

    def result(self, picture: str, scores: dict[str, float] | None) -> PictureResult:
        """The result of a picture; scores are None when it could not be decoded."""
        if scores is None:
            error = "not a JPEG or PNG picture that the model accepts"
            return PictureResult(picture, error=error, model_version=self.version)
        thresholds = self.metadata.thresholds
        decisions = {name: score >= thresholds[name] for name, score in scores.items()}
        return PictureResult(picture, scores, decisions, model_version=self.version)


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
        self._caller = ModelCaller(address, model, timeout)
        self._served: _ServedModel | None = None

    def __enter__(self) -> "AttributeClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._caller.close()

    def metadata(self) -> ModelMetadata:
        """What the model now in service says about itself.

        Raises:
          GraftNetError: the server cannot be reached, or has no such composed model.
        """
        return self._look_up().metadata

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
            results += self._predict_batch(chunk)
        return results

    def _predict_batch(self, numbered: Sequence[tuple[int, str | bytes]]) -> list[PictureResult]:
        results: dict[int, PictureResult] = {}
        contents: dict[int, bytes] = {}
        names = {place: f"#{place}" if isinstance(p, bytes) else p for place, p in numbered}
        for place, picture in numbered:
            try:
                contents[place] = (
                    picture if isinstance(picture, bytes) else files.read_bytes(picture)
                )
            except tf.errors.OpError as error:
                reason = f"cannot be read: {error.message}"
                results[place] = PictureResult(names[place], error=reason)
        if contents:
            served, scored = self._score(list(contents.values()))
            for place, scores in zip(contents, scored, strict=True):
                results[place] = served.result(names[place], scores)
        return [results[place] for place in names]

    def _score(self, contents: list[bytes]) -> tuple[_ServedModel, list[dict[str, float] | None]]:
        """The model that answered and each picture's scores, None where it is undecodable.

        When the version whose metadata is at hand has left the server, the one now in
        service is asked.
        """
        served = self._served or self._look_up()
        try:
            return served, self._predict_jpeg(contents, served)
        except CallError as error:
            if error.code != grpc.StatusCode.NOT_FOUND:
                raise
        served = self._look_up()
        return served, self._predict_jpeg(contents, served)

    def _predict_jpeg(
        self, contents: list[bytes], served: _ServedModel
    ) -> list[dict[str, float] | None]:
        try:
            _, outputs = self._caller.call(
                "predict_jpeg", {"pictures": contents}, version=served.version
            )
        except CallError as error:
            if NOTHING_DECODED in error.details:
                return [None] * len(contents)
            raise
        return [
            {name: float(outputs[name][row]) for name in served.metadata.attributes}
            if decoded
            else None
            for row, decoded in enumerate(outputs["decoded"])
        ]

    def _look_up(self) -> _ServedModel:
        version, outputs = self._caller.call("metadata", {})
        metadata = ModelMetadata.from_json(outputs["metadata"].item())
        self._served = _ServedModel(version, metadata)
        return self._served
