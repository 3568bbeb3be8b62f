"""Asking a `passengers` model for everybody in snapshots."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from graftnet_tf.errors import GraftNetError
from serving.client.attributes import UNDECODABLE
from serving.client.endpoint import Endpoint
from serving.client.images import LoadedImage
from serving.client.request_size import RequestSize
from serving.client.results import Passenger, SnapshotResult
from serving.client.rpc_flow import RpcFlow, arrays, predict, signature_defs
from serving.client.score_schema import ScoreSchema
from serving.client.score_schemas import ScoreSchemas

INPUT = "snapshots"
_DEFAULT = "serving_default"
_FOUND = ("count", "boxes", "detection_scores")


class PassengerQuestions:
    """Conversations with a model that finds people and their attributes.

    It has the signature `metadata` and one that takes `snapshots`, string [N], and returns,
    P being the most people of a snapshot:
      count             int32 [N], people found; what follows is padding beyond it
      boxes             int32 [N, P, 4], x1, y1, x2, y2 in pixels of the snapshot
      detection_scores  float32 [N, P]
      each attribute    float32 [N, P]
      decoded           bool [N]; may be missing
    """

    def __init__(self, endpoint: Endpoint):
        self._endpoint = endpoint
        self._score_schemas = ScoreSchemas(endpoint)
        self._size = RequestSize(endpoint.message_bytes)
        self._signature: tuple[str, Any] | None = None

    def attributes(self) -> RpcFlow[frozenset[str]]:
        """Names of the attributes of the model in service."""
        score_schema = yield from self._score_schemas.current()
        return frozenset(score_schema.attributes)

    def ask(
        self, images: Sequence[LoadedImage], attributes: Sequence[str]
    ) -> RpcFlow[list[SnapshotResult]]:
        """One result per snapshot, in order; one that cannot be used harms no other.

        Args:
          images: Snapshots to look at, in one request or as many as the server's limits want.
          attributes: Those wanted; all when empty.

        Raises:
          CallError: there is no answer.
          GraftNetError: the model takes no snapshots.
        """
        sent = [image for image in images if image.content is not None]
        seen = iter(
            (
                yield from self._size.asking(
                    sent,
                    lambda part: self._look(part, attributes),
                    lambda image, why: SnapshotResult(image.name, error=why),
                )
            )
        )
        return [
            SnapshotResult(image.name, error=image.error) if image.content is None else next(seen)
            for image in images
        ]

    def _look(
        self, images: Sequence[LoadedImage], attributes: Sequence[str]
    ) -> RpcFlow[list[SnapshotResult]]:
        signature, definition = self._signature or (yield from self._find_signature())
        flags = {"decoded"} & set(definition.outputs)
        call = predict(
            self._endpoint.spec(signature=signature),
            {INPUT: [image.content or b"" for image in images]},
            [*_FOUND, *flags, *attributes] if attributes else (),
        )
        response, score_schema = yield from self._score_schemas.answer(call)
        outputs = arrays(response)
        version = response.model_spec.version.value
        decoded = outputs.get("decoded", np.ones(len(images), bool))
        names = attributes or list(score_schema.attributes)
        return [
            SnapshotResult(
                image.name, _passengers(outputs, row, names, score_schema), None, version
            )
            if decoded[row]
            else SnapshotResult(image.name, error=UNDECODABLE, model_version=version)
            for row, image in enumerate(images)
        ]

    def _find_signature(self) -> RpcFlow[tuple[str, Any]]:
        """Name and SignatureDef of the signature that takes snapshots and nothing else."""
        known = yield from signature_defs(self._endpoint.spec())
        fitting = [name for name, signature in known.items() if set(signature.inputs) == {INPUT}]
        if not fitting:
            raise GraftNetError(
                f"The model {self._endpoint.model} at {self._endpoint.address} has no signature "
                f"of an input {INPUT!r} alone; it has {', '.join(sorted(known))}."
            )
        name = _DEFAULT if _DEFAULT in fitting else min(fitting)
        self._signature = name, known[name]
        return self._signature


def _passengers(
    outputs: dict[str, np.ndarray], row: int, attributes: Sequence[str], score_schema: ScoreSchema
) -> tuple[Passenger, ...]:
    """The people of one snapshot."""
    found = []
    for place in range(int(outputs["count"][row])):
        scores = {name: float(outputs[name][row, place]) for name in attributes}
        x1, y1, x2, y2 = (int(side) for side in outputs["boxes"][row, place])
        found.append(
            Passenger(
                (x1, y1, x2, y2),
                float(outputs["detection_scores"][row, place]),
                scores,
                score_schema.decisions(scores),
                score_schema.classes(scores),
            )
        )
    return tuple(found)
