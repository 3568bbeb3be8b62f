"""The whole service in one process: a gateway, what it follows, and its HTTP server."""

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable

from serving.advertising.channel.in_process import InProcessChannel
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.gateway.schema_file import SchemaFile
from serving.advertising.gateway.server import GatewayServer
from serving.advertising.gateway.settings import Settings
from serving.advertising.recognition.recognizer import PassengerRecognizer
from serving.advertising.rules.policy import Policy
from serving.advertising.store.database import Database


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


async def serve(options: ServiceOptions, started: Callable[[str, Gateway], None]) -> None:
    """Answers until SIGINT or SIGTERM.

    Args:
      options: Where and what.
      started: Called with the address and the gateway once it answers.

    Raises:
      GraftNetError: the store cannot be opened, or the port is taken.
    """
    async with PassengerRecognizer(options.model_server, model=options.model) as recognizer:
        gateway = Gateway(
            Database(options.database),
            recognizer,
            options.policy,
            settings=options.settings,
            channel=InProcessChannel(),
            schema_file=options.schema_file,
        )
        server = GatewayServer(
            gateway,
            host=options.host,
            port=options.port,
            tls_certificate=options.tls_certificate,
            tls_key=options.tls_key,
        )
        followed = asyncio.create_task(_when_started(server, gateway, options, started))
        try:
            await server.serve()
        finally:
            followed.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await followed


async def _when_started(
    server: GatewayServer,
    gateway: Gateway,
    options: ServiceOptions,
    started: Callable[[str, Gateway], None],
) -> None:
    while not server.started:
        await asyncio.sleep(0.02)
    started(server.address, gateway)
    if options.schema_file is not None:
        await SchemaFile(options.schema_file, gateway).follow()
