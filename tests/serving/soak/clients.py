"""Many clients at once, each of whose answers is checked against the version it names."""

import collections
import threading
import time
from collections.abc import Mapping, Sequence

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from serving.model_server.models.servable import Servable
from serving.model_server.requests.limits import Limits

Answers = Mapping[str, np.ndarray]
_CLIENTS_OF_A_CHANNEL = 8


def image_request(images: Sequence[bytes]) -> PredictRequest:
    """A request to `predict_jpeg` of the newest version."""
    request = PredictRequest(model_spec={"name": "graftnet", "signature_name": "predict_jpeg"})
    request.inputs["image_bytes"].CopyFrom(tf.make_tensor_proto(images, tf.string))
    return request


def direct_answers(directory: str, images: Sequence[bytes]) -> Answers:
    """What a version says of images when it is called without a server."""
    servable = Servable(directory, 0)
    inputs = image_request(images).inputs
    outputs = servable.predict("predict_jpeg", inputs, limits=Limits()).outputs
    servable.close()
    return outputs


class Clients:
    """Threads that ask for one image at a time.

    Attributes:
      seconds: of each answered request.
      versions: how many answers each version gave.
      failed, wrong: what went wrong, in words.
    """

    def __init__(
        self,
        address: str,
        images: Sequence[bytes],
        expected: Mapping[int, Answers],
        *,
        count: int = 64,
    ):
        """Prepares `count` clients; `expected` has each version's answers for `images`."""
        self.seconds: list[float] = []
        self.versions: collections.Counter[int] = collections.Counter()
        self.failed: list[str] = []
        self.wrong: list[str] = []
        self._requests = [image_request([data]) for data in images]
        self._expected = expected
        self._over = threading.Event()
        self._channels = [
            grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)])
            for _ in range(-(-count // _CLIENTS_OF_A_CHANNEL))
        ]
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(count)]

    def __enter__(self) -> "Clients":
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._elapsed = time.monotonic() - self._began
        for channel in self._channels:
            channel.close()

    def figures(self) -> dict[str, float]:
        """Requests, failures, images a second and latencies, after all has ended."""
        p50, p99 = np.percentile(self.seconds, (50, 99))
        return {
            "requests": len(self.seconds),
            "failed": len(self.failed),
            "wrong": len(self.wrong),
            "per_second": len(self.seconds) / self._elapsed,
            "p50_ms": 1000 * p50,
            "p99_ms": 1000 * p99,
        }

    def _ask(self, number: int) -> None:
        stub = PredictionServiceStub(self._channels[number // _CLIENTS_OF_A_CHANNEL])
        row = number
        while not self._over.is_set():
            row = (row + 1) % len(self._requests)
            began = time.monotonic()
            try:
                reply = stub.Predict(self._requests[row], timeout=120)
            except grpc.RpcError as error:
                self.failed.append(f"{error.code().name}: {error.details()}")
                continue
            self.seconds.append(time.monotonic() - began)
            version = reply.model_spec.version.value
            self.versions[version] += 1
            for name, expected in self._expected[version].items():
                given = tf.make_ndarray(reply.outputs[name])[0]
                if not np.isclose(given, expected[row], rtol=0, atol=1e-5):
                    self.wrong.append(f"{name} of version {version}: {given} for {expected[row]}")
