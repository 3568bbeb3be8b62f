"""The whole service in one process: a gateway, what it follows, and its HTTP server."""

import asyncio
import contextlib
import dataclasses
import functools
import os
import socket
from collections.abc import Awaitable, Callable

from serving.advertising.channel.channel import Channel
from serving.advertising.channel.in_process import InProcessChannel
from serving.advertising.channel.mqtt import MqttChannel
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.gateway.live_view import LastLook
from serving.advertising.gateway.schema_file import SchemaFile
from serving.advertising.gateway.server import GatewayServer
from serving.advertising.gateway.settings import Settings
from serving.advertising.recognition.recognizer import PassengerRecognizer
from serving.advertising.rules.policy import Policy
from serving.advertising.store.database import Database
from serving.advertising.xibo.adapter import XiboAdapter
from serving.advertising.xibo.settings import XiboSettings
from serving.advertising.xibo.values import values_of

_LOOK_SECONDS = 0.02
_SEED = f"{socket.gethostname()} {os.getpid()}"


@dataclasses.dataclass(frozen=True)
class ServiceOptions:
    """Where a service listens and what it is connected to.

    Attributes:
      database: URL of the store.
      model_server: `host:port` of TF Serving's gRPC API.
      policy: Which attributes may not be asked for.
      model: Name of the passengers model.
      settings: Limits.
      host, port: Where it listens; 0 picks a free port.
      tls_certificate, tls_key: PEM files; unencrypted without.
      schema_file: File that the schema is read from; without one it is edited on its page.
      mqtt: URL of a broker; screens are told by this process alone without.
      mqtt_public_url: WebSocket address of the broker for screens.
      xibo: CMS that is told what lifts show; none by default.
    """

    database: str
    model_server: str
    policy: Policy
    model: str = "passengers"
    settings: Settings = Settings()
    host: str = "127.0.0.1"
    port: int = 8600
    tls_certificate: str | None = None
    tls_key: str | None = None
    schema_file: str | None = None
    mqtt: str | None = None
    mqtt_public_url: str | None = None
    xibo: XiboSettings | None = None


async def serve(
    options: ServiceOptions,
    companion: Callable[[str, Gateway], Awaitable[object]],
    *,
    until_done: bool = False,
) -> None:
    """Answers until SIGINT or SIGTERM.

    Args:
      options: Where and what.
      companion: What is run beside it once it answers, with its address and the gateway; an
        error of it stops the service.
      until_done: Whether its end stops the service too.

    Raises:
      GraftNetError: the store cannot be opened, or the port is taken.
    """
    async with contextlib.AsyncExitStack() as stack:
        recognizer = await stack.enter_async_context(
            PassengerRecognizer(options.model_server, model=options.model)
        )
        gateway = Gateway(
            Database(options.database),
            recognizer,
            options.policy,
            settings=options.settings,
            channel=_channel(options),
        )
        gateway.schema_file = options.schema_file
        if options.xibo is not None:
            xibo = await stack.enter_async_context(XiboAdapter(options.xibo, seed=_SEED))
            gateway.on_look = functools.partial(_tell_xibo, gateway, xibo)
        server = GatewayServer(
            gateway,
            host=options.host,
            port=options.port,
            tls_certificate=options.tls_certificate,
            tls_key=options.tls_key,
        )
        beside = asyncio.create_task(_beside(server, gateway, options, companion))
        beside.add_done_callback(
            lambda task: server.stop() if until_done or _failed(task) else None
        )
        try:
            await server.serve()
        finally:
            beside.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beside


def _tell_xibo(gateway: Gateway, xibo: XiboAdapter, lift: str, look: LastLook) -> None:
    least = gateway.catalog.rules.schema.min_audience
    xibo.update(lift, values_of(look.people, look.attributes, least))


def _channel(options: ServiceOptions) -> Channel:
    if options.mqtt is None or options.mqtt_public_url is None:
        return InProcessChannel()
    return MqttChannel(options.mqtt, options.mqtt_public_url)


async def _beside(
    server: GatewayServer,
    gateway: Gateway,
    options: ServiceOptions,
    companion: Callable[[str, Gateway], Awaitable[object]],
) -> None:
    while not server.started or gateway.asked is None:
        await asyncio.sleep(_LOOK_SECONDS)
    work = [companion(server.address, gateway)]
    if options.schema_file is not None:
        work.append(SchemaFile(options.schema_file, gateway).follow())
    await asyncio.gather(*work)


def _failed(task: asyncio.Task[None]) -> bool:
    return not task.cancelled() and task.exception() is not None
