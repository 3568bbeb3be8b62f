"""TF Serving's PredictionService over a model store: Predict and GetModelMetadata."""

import grpc
import tensorflow as tf
from tensorflow_serving.apis.get_model_metadata_pb2 import (
    GetModelMetadataRequest,
    GetModelMetadataResponse,
    SignatureDefMap,
)
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceServicer

from serving.embedded.model_store import ModelStore
from serving.embedded.request_error import answering, invalid

SIGNATURES = "signature_def"


class PredictService(PredictionServiceServicer):
    """Answers with the store's current model; other methods are UNIMPLEMENTED."""

    def __init__(self, store: ModelStore, *, max_bytes: int):
        """Serves `store`'s model, with inputs of at most `max_bytes`."""
        self._store = store
        self._max_bytes = max_bytes

    @answering
    def Predict(  # noqa: N802
        self, request: PredictRequest, _: grpc.ServicerContext
    ) -> PredictResponse:
        """Runs a signature; the reply names the version and the signature that answered."""
        model = self._store.resolve(request.model_spec)
        signature = (
            request.model_spec.signature_name or tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY
        )
        outputs = model.predict(
            signature, request.inputs, request.output_filter, max_bytes=self._max_bytes
        )
        response = PredictResponse(model_spec=self._spec(model.version))
        response.model_spec.signature_name = signature
        for name, values in outputs.items():
            response.outputs[name].CopyFrom(tf.make_tensor_proto(values))
        return response

    @answering
    def GetModelMetadata(  # noqa: N802
        self, request: GetModelMetadataRequest, _: grpc.ServicerContext
    ) -> GetModelMetadataResponse:
        """The signatures, packed as TF Serving packs them."""
        model = self._store.resolve(request.model_spec)
        if list(request.metadata_field) != [SIGNATURES]:
            raise invalid(
                f"metadata_field is {list(request.metadata_field)}; expected [{SIGNATURES!r}]."
            )
        response = GetModelMetadataResponse(model_spec=self._spec(model.version))
        response.metadata[SIGNATURES].Pack(SignatureDefMap(signature_def=model.signatures))
        return response

    def _spec(self, version: int) -> ModelSpec:
        return ModelSpec(name=self._store.name, version={"value": version})
