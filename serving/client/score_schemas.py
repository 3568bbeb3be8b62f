"""What the scores of a model's versions mean, of those that answered so far."""

from typing import Any

import grpc

from graftnet_tf.errors import GraftNetError
from serving.client.call_error import CallError
from serving.client.endpoint import Endpoint
from serving.client.rpc_flow import Call, RpcFlow, arrays, predict, signature_defs
from serving.client.score_schema import ScoreSchema

_ATTEMPTS = 3
_NO_INPUT = "must have at least one input"  # as TF Serving's batching puts it


class ScoreSchemas:
    """Reads a version's `metadata` signature when it first answers, and keeps it."""

    def __init__(self, endpoint: Endpoint):
        self._endpoint = endpoint
        self._known: dict[int, ScoreSchema] = {}

    def current(self) -> RpcFlow[ScoreSchema]:
        """That of the version that the server answers with now."""
        return (yield from self._read(None))

    def answer(self, call: Call) -> RpcFlow[tuple[Any, ScoreSchema]]:
        """The PredictResponse to a `Predict` call, and the schema of the version it is of.

        When that version is gone before it could be asked what its scores mean, the call is
        made again, to whatever version is served then.

        Raises:
          CallError: there is no answer.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            response = yield call
            version = response.model_spec.version.value
            try:
                return response, self._known.get(version) or (yield from self._read(version))
            except CallError as error:
                if error.code != grpc.StatusCode.NOT_FOUND or attempt == _ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _read(self, version: int | None) -> RpcFlow[ScoreSchema]:
        try:
            response = yield predict(self._endpoint.spec(signature="metadata", version=version))
        except CallError as error:
            if _NO_INPUT not in error.details:
                raise
            response = yield from self._read_row(version)
        score_schema = ScoreSchema.from_json(arrays(response)["metadata"].flat[0])
        self._known[response.model_spec.version.value] = score_schema
        return score_schema

    def _read_row(self, version: int | None) -> RpcFlow[Any]:
        """The metadata from a server that batches: from the signature that gives them by row."""
        known = yield from signature_defs(self._endpoint.spec(version=version))
        for name, signature in known.items():
            if set(signature.outputs) == {"metadata"} and len(signature.inputs) == 1:
                spec = self._endpoint.spec(signature=name, version=version)
                return (yield predict(spec, {next(iter(signature.inputs)): [b""]}))
        raise GraftNetError(
            f"{self._endpoint.address} batches requests, and the model {self._endpoint.model} "
            "has no metadata for such a server: compose it anew."
        )
