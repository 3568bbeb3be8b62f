"""Synchronous clients; any number of threads may share one."""

import itertools
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, Self, TypeVar

import grpc

from serving.client.attributes import AttributeQuestions
from serving.client.call_error import CallError, call_error
from serving.client.endpoint import Endpoint
from serving.client.images import ImageInput, chunks, load
from serving.client.passengers import PassengerQuestions
from serving.client.request_builder import RequestBuilder
from serving.client.results import ImageResult, SnapshotResult
from serving.client.rpc_flow import Result, RpcFlow
from serving.client.waiting import Waiting
from serving.schema.metadata import ModelMetadata
from serving.tf_serving_api.stubs import stub

Answer = TypeVar("Answer")


class Client(Generic[Answer]):
    """Asks about images over connections that stay open; also a context manager."""

    def __init__(self, endpoint: Endpoint, request_builder: RequestBuilder[Answer]):
        """Prepares connections; nothing is sent yet.

        Args:
          endpoint: The model to ask.
          request_builder: What is asked of it.

        Raises:
          GraftNetError: a certificate cannot be read.
        """
        self._endpoint = endpoint
        self._request_builder = request_builder
        self._waiting = Waiting(endpoint)
        self._channels = [endpoint.channel() for _ in range(endpoint.connections)]
        self._stubs = itertools.cycle([stub(it) for it in self._channels])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections; calls under way are cancelled."""
        for channel in self._channels:
            channel.close()

    def predict(
        self,
        images: Iterable[ImageInput],
        *,
        batch: int = 16,
        attributes: Sequence[str] = (),
        in_flight: int = 2,
        timeout: float | None = None,
    ) -> list[Answer]:
        """Asks about images; one that cannot be read or decoded harms no other.

        The answer about an image comes from one version of the model, also when the server
        moves to another meanwhile.

        Args:
          images: Paths (local or `gs://`), bytes of JPEG or PNG files, or uint8
            [H, W, 3] arrays, RGB.
          batch: Images in a request.
          attributes: Those wanted, which spares the server the other branches; all by
            default.
          in_flight: Requests under way at once.
          timeout: Seconds that one call may take; the endpoint's by default.

        Returns:
          One result per image, in order.

        Raises:
          GraftNetError: the server cannot be reached, has no such model, or refused a
            request for another reason than its images.
        """
        return list(
            self.stream(
                images, batch=batch, attributes=attributes, in_flight=in_flight, timeout=timeout
            )
        )

    def stream(
        self,
        images: Iterable[ImageInput],
        *,
        batch: int = 16,
        attributes: Sequence[str] = (),
        in_flight: int = 2,
        timeout: float | None = None,
    ) -> Generator[Answer, None, None]:
        """As `predict`, but yields each result as soon as those before it are there.

        No more than `batch` × `in_flight` images are in memory, however many there are.
        """

        def answer(chunk: list[tuple[int, ImageInput]]) -> list[Answer]:
            loaded = [load(place, image) for place, image in chunk]
            return self._run(self._request_builder.ask(loaded, attributes), timeout)

        pool = ThreadPoolExecutor(in_flight)
        window: deque[Future[list[Answer]]] = deque()
        try:
            for chunk in chunks(images, batch):
                if len(window) == in_flight:
                    yield from window.popleft().result()
                window.append(pool.submit(answer, chunk))
            while window:
                yield from window.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _run(self, rpc_flow: RpcFlow[Result], timeout: float | None = None) -> Result:
        """Runs a flow of calls with the server."""
        seconds = self._endpoint.timeout if timeout is None else timeout
        methods = next(self._stubs)
        try:
            call = next(rpc_flow)
            while True:
                try:
                    response = self._send(getattr(methods, call.method), call.request, seconds)
                except CallError as error:
                    call = rpc_flow.throw(error)
                else:
                    call = rpc_flow.send(response)
        except StopIteration as end:
            return end.value

    def _send(self, method: Callable[..., Any], request: Any, seconds: float) -> Any:
        """Makes a call, and again when the server is there if it was not.

        Raises:
          CallError: there is no answer.
        """
        deadline = time.monotonic() + seconds
        try:
            return method(request, timeout=seconds)
        except grpc.RpcError as error:
            first = call_error(error, self._endpoint, seconds)
        if not self._waiting.worthwhile(first, seconds):
            raise first
        try:
            left = max(0.0, deadline - time.monotonic())
            return method(request, timeout=left, wait_for_ready=True)
        except grpc.RpcError as error:
            last = call_error(error, self._endpoint, seconds)
        raise self._waiting.over(first, last, seconds)


class AttributeClient(Client[ImageResult]):
    """Client of a composed model, on `graftnet-serve` or on `tensorflow_model_server`.

    Needs no TensorFlow.

    Examples:
      >>> from serving import AttributeClient, ModelServer
      >>> with ModelServer("workspace/serving/graftnet") as server:
      ...     with AttributeClient(server.address) as client:
      ...         results = client.predict(["crops/1.jpg", "crops/broken.jpg"], batch=2)
      >>> [sorted(result.decisions) for result in results]
      [['backpack', 'female', 'male'], []]
      >>> results[1].error
      'not a JPEG or PNG image that the model accepts'
    """

    def __init__(self, address: str, *, model: str = "graftnet", **settings: Any):
        """Prepares connections; nothing is sent yet.

        Args:
          address: `host:port`.
          model: Name of the model on the server.
          **settings: The other fields of `Endpoint`.

        Raises:
          GraftNetError: a certificate cannot be read.
        """
        endpoint = Endpoint(address, model, **settings)
        self._attribute_questions = AttributeQuestions(endpoint)
        super().__init__(endpoint, self._attribute_questions)

    def metadata(self) -> ModelMetadata:
        """What the model now in service says about itself.

        Raises:
          GraftNetError: the server cannot be reached, or has no such composed model.
        """
        return self._run(self._attribute_questions.metadata())


class PassengerClient(Client[SnapshotResult]):
    """Client of a `passengers` model: snapshots in, everybody in them out."""

    def __init__(self, address: str, *, model: str = "passengers", **settings: Any):
        """Prepares connections; nothing is sent yet.

        Args:
          address: `host:port`.
          model: Name of the model on the server.
          **settings: The other fields of `Endpoint`.

        Raises:
          GraftNetError: a certificate cannot be read.
        """
        endpoint = Endpoint(address, model, **settings)
        super().__init__(endpoint, PassengerQuestions(endpoint))
