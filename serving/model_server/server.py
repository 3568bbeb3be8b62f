"""The embedded model server: TF Serving's gRPC API without its binary."""

from collections.abc import Sequence
from concurrent import futures

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

from graftnet_tf.errors import GraftNetError
from serving.model_server.described import Described
from serving.model_server.json_log import log_call
from serving.model_server.metrics import Metrics
from serving.model_server.model_service import ModelService
from serving.model_server.models.batching import Batching
from serving.model_server.models.model_config import ModelConfig
from serving.model_server.models.model_store import ModelStore
from serving.model_server.models.servable import Servable
from serving.model_server.models.warm_up import warm_up
from serving.model_server.predict_service import PredictService
from serving.model_server.requests.admission import Admission
from serving.model_server.requests.bytes_in_flight import BytesInFlight
from serving.model_server.requests.call import Call
from serving.model_server.requests.limits import Limits
from serving.model_server.requests.parsing import ParsingInterceptor
from serving.model_server.tls import Tls, warn_if_exposed
from serving.schema.ports import check_free
from serving.tf_serving_api.descriptors import MODEL_SERVICE, PREDICTION_SERVICE

_NAMED = (PREDICTION_SERVICE, MODEL_SERVICE)
# The short ones are those that TF Serving gives its health by.
SERVICES = ("", *_NAMED, "PredictionService", "ModelService")
_SPARE_THREADS = 8  # half for status and metadata while every turn is taken, half for health
_LAST_REPLIES_SECONDS = 0.2
_STATUS = health_pb2.HealthCheckResponse


class ModelServer:
    """Serves models as their configuration says; also a context manager.

    For development, tests, demonstrations and a single machine; production is TF Serving.

    Examples:
      >>> from serving import AttributeClient, ModelServer
      >>> with ModelServer("workspace/serving/graftnet") as server:
      ...     with AttributeClient(server.address) as client:
      ...         [result] = client.predict(["crops/1.jpg"])
      >>> result.model_version, sorted(result.scores)
      (3, ['backpack', 'female', 'male'])

    Attributes:
      address: `host:port` it listens on.
      store: The models it serves.
      metrics: What it has measured.
    """

    def __init__(
        self,
        models: str | Sequence[ModelConfig],
        *,
        model_name: str = "graftnet",
        host: str = "127.0.0.1",
        port: int = 0,
        poll_seconds: float = 30.0,
        batching: Batching | None = Batching(),
        limits: Limits = Limits(),
        tls: Tls | None = None,
        allow_labels_for_unavailable: bool = False,
        tensor_content: bool = False,
        score_histograms: bool = True,
    ):
        """Loads the models and takes the port; `start` begins to answer.

        Args:
          models: What to serve; a base path alone means its newest version.
          model_name: Name that requests state, where `models` is a base path.
          host: Interface to listen on.
          port: 0 to 65535; 0 picks a free one.
          poll_seconds: How often to look for new versions; 0 is never.
          batching: How requests are gathered; None runs each alone.
          limits: Limits of requests.
          tls: Certificates; none by default.
          allow_labels_for_unavailable: Whether a new label may be given to a version before
            it is loaded.
          tensor_content: Whether outputs are sent as `tensor_content` in place of typed fields.
          score_histograms: Whether scores are counted for monitoring.

        Raises:
          GraftNetError: a model has no version, one cannot be loaded, a label is given to a
            version that is not there, the port is taken or does not exist, or
            `poll_seconds` is no time.
        """
        if not poll_seconds >= 0:
            raise GraftNetError(f"poll_seconds is {poll_seconds}; expected 0 or more.")
        configs = [ModelConfig(model_name, models)] if isinstance(models, str) else models
        self._poll_seconds = poll_seconds
        self._health = health.HealthServicer()
        self._healthy: set[str] = set()
        self._admission = Admission(limits.in_flight, limits.waiting)
        threads = limits.in_flight + limits.waiting + _SPARE_THREADS
        in_flight = BytesInFlight(
            limits.bytes_in_flight, limits.message_bytes, threads - _SPARE_THREADS // 2
        )
        self._server = grpc.server(
            futures.ThreadPoolExecutor(threads, "grpc"),
            interceptors=[ParsingInterceptor(in_flight, self._record)],
            maximum_concurrent_rpcs=threads,
            options=[
                ("grpc.http2.bdp_probe", 0),  # windows stay small until a message is wanted
                ("grpc.max_receive_message_length", limits.message_bytes),
                ("grpc.max_send_message_length", -1),
                ("grpc.so_reuseport", 0),
            ],
        )
        self.address = self._listen(host, port, tls)

        def load(directory: str, version: int) -> Servable:
            servable = Servable(directory, version, batching)
            warm_up(servable, directory, limits)
            return servable

        self.store = ModelStore(
            configs,
            load,
            allow_labels_for_unavailable=allow_labels_for_unavailable,
        )
        self.metrics = Metrics(self.store, self._admission, in_flight)
        predict = PredictService(
            self.store,
            self._admission,
            limits,
            self._record,
            self.metrics.record_scores if score_histograms else None,
            tensor_content=tensor_content,
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(predict, self._server)
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(
            ModelService(self.store, self._record), self._server
        )
        named = (*_NAMED, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(named, self._server, Described())

    def start(self) -> None:
        """Begins to answer and to look for new versions."""
        self._server.start()
        for service in SERVICES:
            self._health.set(service, _STATUS.SERVING)
        self.store.watch(self._tell_health)
        self.store.start_polling(self._poll_seconds)

    def stop(self, grace: float = 5.0) -> None:
        """Refuses new requests, and ends those under way after `grace` seconds."""
        self._health.enter_graceful_shutdown()
        self._server.stop(grace)
        self._admission.drain(grace)
        self._server.stop(_LAST_REPLIES_SECONDS).wait()  # ends those who watch the health
        self.store.stop()

    def __enter__(self) -> "ModelServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _listen(self, host: str, port: int, tls: Tls | None) -> str:
        """Takes the port; returns `host:port`."""
        check_free(host, port)
        warn_if_exposed(host, tls)
        address = f"{host}:{port}"
        try:
            if tls:
                taken = self._server.add_secure_port(address, tls.credentials())
            else:
                taken = self._server.add_insecure_port(address)
        except RuntimeError:
            raise GraftNetError(
                f"Cannot listen on {address}: it was taken just now, or a certificate and its "
                "key do not fit."
            ) from None
        return f"{host}:{taken}"

    def _record(self, call: Call) -> None:
        self.metrics.record(call)
        log_call(call)

    def _tell_health(self) -> None:
        """A health service per model: SERVING while a version is available."""
        available = {name for name, versions in self.store.available().items() if versions}
        for name in available - self._healthy:
            self._health.set(name, _STATUS.SERVING)
        for name in self._healthy - available:
            self._health.set(name, _STATUS.NOT_SERVING)
        self._healthy = available
