"""The embedded model server: TF Serving's gRPC API without its binary."""

from concurrent import futures

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

from graftnet_tf.errors import GraftNetError
from serving.embedded.model_service import ModelService
from serving.embedded.model_store import ModelStore
from serving.embedded.predict_service import PredictService

SERVICES = ("", "tensorflow.serving.PredictionService", "tensorflow.serving.ModelService")
_THREADS = 8


class ModelServer:
    """Serves the newest version of one model; also a context manager.

    Example:
      with ModelServer("workspace/serving/graftnet") as server:
        AttributeClient(server.address).predict([picture])

    Attributes:
      address: `host:port` it listens on.
      store: the model it serves.
    """

    def __init__(
        self,
        base_path: str,
        *,
        model_name: str = "graftnet",
        host: str = "127.0.0.1",
        port: int = 0,
        poll_seconds: float = 30.0,
        max_message_bytes: int = 256 << 20,
    ):
        """Loads the model and takes the port; `start` begins to answer.

        Args:
          base_path: directory with one SavedModel per numbered subdirectory.
          model_name: name that requests state.
          host: interface to listen on.
          port: 0 picks a free one.
          poll_seconds: how often to look for a newer version; 0 is never.
          max_message_bytes: limit of a request, a reply and an input.

        Raises:
          GraftNetError: no version can be loaded, or the port is taken.
        """
        self.store = ModelStore(model_name, base_path)
        self._poll_seconds = poll_seconds
        self._server = grpc.server(
            futures.ThreadPoolExecutor(_THREADS),
            options=[
                ("grpc.max_receive_message_length", max_message_bytes),
                ("grpc.max_send_message_length", max_message_bytes),
                ("grpc.so_reuseport", 0),
            ],
        )
        try:
            port = self._server.add_insecure_port(f"{host}:{port}")
        except RuntimeError:
            raise GraftNetError(
                f"Cannot listen on {host}:{port}: it is taken or not ours. "
                "Choose another port, or 0 for a free one."
            ) from None
        self.address = f"{host}:{port}"
        self._health = health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
            PredictService(self.store, max_bytes=max_message_bytes), self._server
        )
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(
            ModelService(self.store), self._server
        )

    def start(self) -> None:
        """Begins to answer and to look for newer versions."""
        self._server.start()
        for service in SERVICES:
            self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        if self._poll_seconds:
            self.store.start_polling(self._poll_seconds)

    def stop(self, grace: float = 5.0) -> None:
        """Refuses new requests, and ends those under way after `grace` seconds."""
        self._health.enter_graceful_shutdown()
        self._server.stop(grace).wait()
        self.store.stop_polling()

    def __enter__(self) -> "ModelServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
