"""TF Serving's ModelService over a model store: GetModelStatus."""

import grpc
from tensorflow_serving.apis.get_model_status_pb2 import (
    GetModelStatusRequest,
    GetModelStatusResponse,
    ModelVersionStatus,
)
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceServicer

from serving.embedded.model_store import ModelStore
from serving.embedded.request_error import answering


class ModelService(ModelServiceServicer):
    """Reports the loaded version and those that could not be loaded."""

    def __init__(self, store: ModelStore):
        self._store = store

    @answering
    def GetModelStatus(  # noqa: N802
        self, request: GetModelStatusRequest, _: grpc.ServicerContext
    ) -> GetModelStatusResponse:
        """AVAILABLE for the version in service, END with the error for one that failed."""
        model = self._store.resolve(request.model_spec)
        response = GetModelStatusResponse()
        response.model_version_status.add(version=model.version, state=ModelVersionStatus.AVAILABLE)
        for version, message in self._store.failures.items():
            failed = response.model_version_status.add(
                version=version, state=ModelVersionStatus.END
            )
            failed.status.error_code = grpc.StatusCode.INTERNAL.value[0]
            failed.status.error_message = message
        return response
