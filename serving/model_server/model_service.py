"""TF Serving's ModelService over a model store: GetModelStatus and HandleReloadConfigRequest."""

from collections.abc import Callable

import grpc
from tensorflow_serving.apis.get_model_status_pb2 import (
    GetModelStatusRequest,
    GetModelStatusResponse,
)
from tensorflow_serving.apis.model_management_pb2 import ReloadConfigRequest, ReloadConfigResponse
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceServicer

from serving.model_server.models.model_config import models_of
from serving.model_server.models.model_store import ModelStore
from serving.model_server.requests.call import Call, answering
from serving.model_server.requests.request_error import invalid


class ModelService(ModelServiceServicer):
    """Reports versions and takes new lists of models."""

    def __init__(self, store: ModelStore, record: Callable[[Call], None]):
        self._store = store
        self._record = record

    def GetModelStatus(  # noqa: N802
        self, request: GetModelStatusRequest, context: grpc.ServicerContext
    ) -> GetModelStatusResponse:
        """Every version's state, the newest first; END with an error for one that failed."""
        response = GetModelStatusResponse()
        with answering("GetModelStatus", context, self._record) as call:
            if not request.HasField("model_spec"):
                raise invalid("The request has no model_spec.")
            for version, status in self._store.statuses_of(request.model_spec).items():
                entry = response.model_version_status.add(version=version, state=status.state)
                entry.status.SetInParent()
                if status.error:
                    entry.status.error_code = grpc.StatusCode.INTERNAL.value[0]
                    entry.status.error_message = status.error
            call.found(request.model_spec, 0)
        return response

    def HandleReloadConfigRequest(  # noqa: N802
        self, request: ReloadConfigRequest, context: grpc.ServicerContext
    ) -> ReloadConfigResponse:
        """Serves the models listed and no others; an OK status when they are there."""
        with answering("HandleReloadConfigRequest", context, self._record):
            self._store.reload(models_of(request.config))
        return ReloadConfigResponse(status={})
