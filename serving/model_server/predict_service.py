"""TF Serving's PredictionService over a model store: Predict and GetModelMetadata."""

from collections.abc import Callable, Mapping

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.get_model_metadata_pb2 import (
    GetModelMetadataRequest,
    GetModelMetadataResponse,
    SignatureDefMap,
)
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceServicer

from serving.model_server.models.model_store import ModelStore
from serving.model_server.requests.admission import Admission, check_wanted
from serving.model_server.requests.call import Call, answering
from serving.model_server.requests.limits import Limits
from serving.model_server.requests.request_error import invalid
from serving.model_server.requests.response_tensor import response_tensor

SIGNATURES = "signature_def"


class PredictService(PredictionServiceServicer):
    """Answers with the store's models; other methods are UNIMPLEMENTED."""

    def __init__(
        self,
        store: ModelStore,
        admission: Admission,
        limits: Limits,
        record: Callable[[Call], None],
        record_scores: Callable[[str, int, Mapping[str, np.ndarray]], None] | None,
        *,
        tensor_content: bool = False,
    ):
        """Serves `store`'s models, each Predict in its turn and within `limits`.

        Scores are recorded by `record_scores`, if at all. Outputs are in the typed fields, or
        with `tensor_content`, there.
        """
        self._store = store
        self._admission = admission
        self._limits = limits
        self._record = record
        self._record_scores = record_scores
        self._tensor_content = tensor_content

    def Predict(  # noqa: N802
        self, request: PredictRequest, context: grpc.ServicerContext
    ) -> PredictResponse:
        """Runs a signature; the reply names the version and the signature that answered."""
        spec = request.model_spec
        name = spec.signature_name or tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY
        with (
            answering("Predict", context, self._record) as call,
            self._admission.turn(context) as call.waited,
            self._store.using(spec) as model,
        ):
            call.found(spec, model.version)
            call.signature = name if name in model.signatures else ""
            check_wanted(context)
            outputs, call.rows, call.batch_rows = model.predict(
                name, request.inputs, request.output_filter, limits=self._limits
            )
            if self._record_scores is not None:
                self._record_scores(call.model, call.version, outputs)
            response = PredictResponse(model_spec=_answered(spec, model.version))
            response.model_spec.signature_name = name
            for output, values in outputs.items():
                tensor = response_tensor(values, as_content=self._tensor_content)
                response.outputs[output].CopyFrom(tensor)
        return response

    def GetModelMetadata(  # noqa: N802
        self, request: GetModelMetadataRequest, context: grpc.ServicerContext
    ) -> GetModelMetadataResponse:
        """The signatures, TensorFlow's own too, packed as TF Serving packs them."""
        with answering("GetModelMetadata", context, self._record) as call:
            if not request.metadata_field or {*request.metadata_field} != {SIGNATURES}:
                raise invalid(
                    f"metadata_field is {list(request.metadata_field)}; expected [{SIGNATURES!r}]."
                )
            with self._store.using(request.model_spec) as model:
                call.found(request.model_spec, model.version)
                response = GetModelMetadataResponse(
                    model_spec=_answered(request.model_spec, model.version)
                )
                response.metadata[SIGNATURES].Pack(
                    SignatureDefMap(signature_def=model.signature_defs)
                )
        return response


def _answered(spec: ModelSpec, version: int) -> ModelSpec:
    return ModelSpec(name=spec.name, version={"value": version})
