"""The clients of `synchronous` for asyncio."""

import asyncio
import itertools
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, Self, TypeVar

import grpc
import grpc.aio

from serving.client.attributes import AttributeQuestions
from serving.client.call_error import CallError, call_error
from serving.client.endpoint import Endpoint
from serving.client.images import ImageInput, LoadedImage, chunks, load
from serving.client.passengers import PassengerQuestions
from serving.client.request_builder import RequestBuilder
from serving.client.results import ImageResult, SnapshotResult
from serving.client.rpc_flow import Result, RpcFlow
from serving.client.waiting import Waiting
from serving.schema.metadata import ModelMetadata
from serving.tf_serving_api.stubs import stub

Answer = TypeVar("Answer")


class AsyncClient(Generic[Answer]):
    """Asks about images over connections that stay open: `async with client: …`."""

    def __init__(self, endpoint: Endpoint, request_builder: RequestBuilder[Answer]):
        """Prepares nothing but itself: connections belong to the running event loop.

        Args:
          endpoint: The model to ask.
          request_builder: What is asked of it.
        """
        self._endpoint = endpoint
        self._request_builder = request_builder
        self._waiting = Waiting(endpoint)
        self._channels: list[grpc.aio.Channel] = []
        self._stubs: Iterator[Any] = iter(())

    async def __aenter__(self) -> Self:
        """Prepares connections; nothing is sent yet.

        Raises:
          GraftNetError: a certificate cannot be read.
        """
        endpoint = self._endpoint
        self._channels = [endpoint.channel(grpc.aio) for _ in range(endpoint.connections)]
        self._stubs = itertools.cycle([stub(it) for it in self._channels])
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes the connections; calls under way are cancelled."""
        await asyncio.gather(*(channel.close() for channel in self._channels))

    async def predict(
        self,
        images: Iterable[ImageInput],
        *,
        batch: int = 16,
        attributes: Sequence[str] = (),
        in_flight: int = 2,
        timeout: float | None = None,
    ) -> list[Answer]:
        """As `synchronous.Client.predict`."""
        results = self.stream(
            images, batch=batch, attributes=attributes, in_flight=in_flight, timeout=timeout
        )
        return [result async for result in results]

    async def stream(
        self,
        images: Iterable[ImageInput],
        *,
        batch: int = 16,
        attributes: Sequence[str] = (),
        in_flight: int = 2,
        timeout: float | None = None,
    ) -> AsyncGenerator[Answer, None]:
        """As `synchronous.Client.stream`; files are read on threads."""

        async def answer(chunk: list[tuple[int, ImageInput]]) -> list[Answer]:
            loaded = await asyncio.to_thread(_load, chunk)
            return await self._run(self._request_builder.ask(loaded, attributes), timeout)

        window: deque[asyncio.Task[list[Answer]]] = deque()
        try:
            for chunk in chunks(images, batch):
                if len(window) == in_flight:
                    for result in await window.popleft():
                        yield result
                window.append(asyncio.create_task(answer(chunk)))
            while window:
                for result in await window.popleft():
                    yield result
        finally:
            for task in window:
                task.cancel()
            await asyncio.gather(*window, return_exceptions=True)

    async def _run(self, rpc_flow: RpcFlow[Result], timeout: float | None = None) -> Result:
        """Runs a flow of calls with the server."""
        seconds = self._endpoint.timeout if timeout is None else timeout
        methods = next(self._stubs)
        try:
            call = next(rpc_flow)
            while True:
                try:
                    method = getattr(methods, call.method)
                    response = await self._send(method, call.request, seconds)
                except CallError as error:
                    call = rpc_flow.throw(error)
                else:
                    call = rpc_flow.send(response)
        except StopIteration as end:
            return end.value

    async def _send(self, method: Callable[..., Any], request: Any, seconds: float) -> Any:
        """As `synchronous.Client._send`."""
        deadline = time.monotonic() + seconds
        try:
            return await method(request, timeout=seconds)
        except grpc.RpcError as error:
            first = call_error(error, self._endpoint, seconds)
        if not self._waiting.worthwhile(first, seconds):
            raise first
        try:
            left = max(0.0, deadline - time.monotonic())
            return await method(request, timeout=left, wait_for_ready=True)
        except grpc.RpcError as error:
            last = call_error(error, self._endpoint, seconds)
        raise self._waiting.over(first, last, seconds)


class AsyncAttributeClient(AsyncClient[ImageResult]):
    """Client of a composed model, on `graftnet-serve` or on `tensorflow_model_server`."""

    def __init__(self, address: str, *, model: str = "graftnet", **settings: Any):
        """Prepares nothing but itself.

        Args:
          address: `host:port`.
          model: Name of the model on the server.
          **settings: The other fields of `Endpoint`.
        """
        endpoint = Endpoint(address, model, **settings)
        self._attribute_questions = AttributeQuestions(endpoint)
        super().__init__(endpoint, self._attribute_questions)

    async def metadata(self) -> ModelMetadata:
        """What the model now in service says about itself.

        Raises:
          GraftNetError: the server cannot be reached, or has no such composed model.
        """
        return await self._run(self._attribute_questions.metadata())


class AsyncPassengerClient(AsyncClient[SnapshotResult]):
    """Client of a `passengers` model: snapshots in, everybody in them out."""

    def __init__(self, address: str, *, model: str = "passengers", **settings: Any):
        """Prepares nothing but itself.

        Args:
          address: `host:port`.
          model: Name of the model on the server.
          **settings: The other fields of `Endpoint`.
        """
        endpoint = Endpoint(address, model, **settings)
        self._passenger_questions = PassengerQuestions(endpoint)
        super().__init__(endpoint, self._passenger_questions)

    async def attributes(self) -> frozenset[str]:
        """Names of the attributes of the model now in service.

        Raises:
          GraftNetError: the server cannot be reached, or has no such model.
        """
        return await self._run(self._passenger_questions.attributes())


def _load(chunk: Sequence[tuple[int, ImageInput]]) -> list[LoadedImage]:
    return [load(place, image) for place, image in chunk]
