"""A gRPC server whose answers a test writes itself."""

import contextlib
import json
from collections.abc import Callable, Iterator
from concurrent import futures
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import prediction_service_pb2_grpc
from tensorflow_serving.apis.get_model_metadata_pb2 import (
    GetModelMetadataRequest,
    GetModelMetadataResponse,
    SignatureDefMap,
)
from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse

METADATA = {
    "model_version": "1",
    "tree": "0001",
    "trunk": {},
    "preprocessing": {},
    "tasks": {
        "bald": {"classes": ["negative", "positive"]},
        "gender": {"classes": ["other", "male", "female"]},
    },
    "attributes": {
        "bald": {"task": "bald", "class": "positive", "threshold": 0.5},
        "male": {"task": "gender", "class": "male", "threshold": 0.3},
        "female": {"task": "gender", "class": "female", "threshold": 0.9},
    },
}
Answer = Callable[[PredictRequest, grpc.ServicerContext], PredictResponse]


def reply(version: int, **outputs: Any) -> PredictResponse:
    """A response of a model version; outputs are arrays."""
    response = PredictResponse(model_spec={"name": "graftnet", "version": {"value": version}})
    for name, values in outputs.items():
        response.outputs[name].CopyFrom(tf.make_tensor_proto(values))
    return response


def metadata_reply(version: int = 1) -> PredictResponse:
    return reply(version, metadata=json.dumps(METADATA).encode())


def scores_reply(count: int, version: int = 1) -> PredictResponse:
    """Scores of images that were all decoded: bald 0.75, male 0.25, female 0.125."""
    scores = {"bald": 0.75, "male": 0.25, "female": 0.125}
    columns = {name: np.full(count, score, np.float32) for name, score in scores.items()}
    return reply(version, **columns, decoded=np.ones(count, bool))


def one_signature(name: str, takes: str, *outputs: str) -> SignatureDefMap:
    """A signature of one input and these outputs, as GetModelMetadata returns it."""
    signatures = SignatureDefMap()
    signatures.signature_def[name].inputs[takes].name = f"{takes}:0"
    for output in outputs:
        signatures.signature_def[name].outputs[output].name = f"{output}:0"
    return signatures


def images_of(request: PredictRequest) -> list[bytes]:
    return list(tf.make_ndarray(request.inputs["image_bytes"]))


class _Service(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, answer: Answer, signatures: SignatureDefMap, batches: bool):
        self._answer = answer
        self._signatures = signatures
        self._batches = batches

    def Predict(  # noqa: N802
        self, request: PredictRequest, context: grpc.ServicerContext
    ) -> PredictResponse:
        if self._batches and not request.inputs:
            context.abort(
                grpc.StatusCode.INVALID_ARGUMENT,
                "Batching Run() must have at least one input tensor",
            )
        if request.model_spec.signature_name.startswith("metadata"):
            return metadata_reply(request.model_spec.version.value or 1)
        return self._answer(request, context)

    def GetModelMetadata(  # noqa: N802
        self, request: GetModelMetadataRequest, context: grpc.ServicerContext
    ) -> GetModelMetadataResponse:
        response = GetModelMetadataResponse()
        response.metadata["signature_def"].Pack(self._signatures)
        return response


@contextlib.contextmanager
def serving(
    answer: Answer,
    *,
    credentials: grpc.ServerCredentials | None = None,
    signatures: SignatureDefMap | None = None,
    batches: bool = False,
    port: int = 0,
) -> Iterator[str]:
    """Serves `answer` for every signature but metadata, on a free port; yields the address.

    A server that `batches` refuses requests without inputs, as TF Serving does.
    """
    server = grpc.server(
        futures.ThreadPoolExecutor(8), options=[("grpc.max_receive_message_length", -1)]
    )
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        _Service(answer, signatures or SignatureDefMap(), batches), server
    )
    if credentials is None:
        port = server.add_insecure_port(f"127.0.0.1:{port}")
    else:
        port = server.add_secure_port(f"127.0.0.1:{port}", credentials)
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
