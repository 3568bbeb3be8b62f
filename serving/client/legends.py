"""The legends of those versions of a model that answered so far."""

import grpc
from tensorflow_serving.apis.predict_pb2 import PredictResponse

from serving.client.call_error import CallError
from serving.client.conversation import Call, Conversation, arrays, predict
from serving.client.endpoint import Endpoint
from serving.client.legend import Legend

_ATTEMPTS = 3


class Legends:
    """Reads a version's `metadata` signature when it first answers, and keeps it."""

    def __init__(self, endpoint: Endpoint):
        self._endpoint = endpoint
        self._known: dict[int, Legend] = {}

    def current(self) -> Conversation[Legend]:
        """That of the version that the server answers with now."""
        return (yield from self._read(None))

    def answer(self, call: Call) -> Conversation[tuple[PredictResponse, Legend]]:
        """The response to a `Predict` call, and the legend of the version that gave it.

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

    def _read(self, version: int | None) -> Conversation[Legend]:
        spec = self._endpoint.spec(signature="metadata", version=version)
        response = yield predict(spec)
        legend = Legend.from_json(arrays(response)["metadata"].item())
        self._known[response.model_spec.version.value] = legend
        return legend
