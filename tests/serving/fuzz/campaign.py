"""Sends hostile messages to a server while honest clients check their answers."""

import collections
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.predict_pb2 import PredictResponse

from tests.serving.fuzz.hostile_requests import good_request, hostile_request
from tests.serving.sample_images import image_file

METHOD = "/tensorflow.serving.PredictionService/Predict"
_FAULTS = ("A fault of this server's", "Exception calling application", "Unexpected")


class Campaign:
    """What came of it.

    Attributes:
      statuses: how many messages of each kind were answered by each status.
      wrong: (seed, kind, status, details) of those answered otherwise than is right.
      honest: how many honest requests were answered, all of them rightly unless in `harmed`.
      harmed: what went wrong with honest requests.
    """

    def __init__(self, address: str):
        """Prepares a campaign against a server of a composed model named `graftnet`."""
        self.statuses: collections.Counter[tuple[str, str]] = collections.Counter()
        self.wrong: list[tuple[int, str, str, str]] = []
        self.honest = 0
        self.harmed: list[str] = []
        self._channel = grpc.insecure_channel(
            address, options=[("grpc.max_receive_message_length", -1)]
        )
        self._send = self._channel.unary_unary(METHOD)
        self._images = [image_file(seed) for seed in range(8)]
        self._expected = self._scores(self._images)

    def run(self, seeds: range, *, senders: int = 4, honest: int = 2) -> None:
        """Sends the messages of these seeds from `senders` threads, beside honest ones."""
        over = threading.Event()
        with ThreadPoolExecutor(senders + honest) as pool:
            watching = [pool.submit(self._be_honest, over, number) for number in range(honest)]
            list(pool.map(self._attack, seeds))
            over.set()
            for watch in watching:
                watch.result()
        self._channel.close()

    def _attack(self, seed: int) -> None:
        kind, message, allowed = hostile_request(seed)
        code, details = grpc.StatusCode.OK, ""
        try:
            self._send(message, timeout=120)
        except grpc.RpcError as error:
            code, details = error.code(), error.details() or ""
        self.statuses[kind, code.name] += 1
        if code not in allowed or details.startswith(_FAULTS):
            self.wrong.append((seed, kind, code.name, details[:200]))

    def _be_honest(self, over: threading.Event, number: int) -> None:
        turn = number
        while not over.is_set():
            row = turn % len(self._images)
            turn += 1
            try:
                scores = self._scores([self._images[row]])
                for name, expected in self._expected.items():
                    np.testing.assert_allclose(scores[name][0], expected[row], atol=1e-5)
            except (grpc.RpcError, AssertionError) as error:
                self.harmed.append(str(error))
            self.honest += 1

    def _scores(self, images: list[bytes]) -> dict[str, np.ndarray]:
        message = good_request(*images).SerializeToString()
        reply = PredictResponse.FromString(self._send(message, timeout=120))
        return {name: tf.make_ndarray(value) for name, value in reply.outputs.items()}
