"""Runs the application over a gateway until it is told to stop."""

import socket
import sys
from types import FrameType

from serving.advertising.gateway.app import create_app
from serving.advertising.gateway.gateway import Gateway
from serving.http_service.server import HttpServer

_SWITCH_SECONDS = 0.0005


class GatewayServer(HttpServer):
    """An HTTP server over one gateway; on SIGTERM it ends its streams at once."""

    def __init__(
        self,
        gateway: Gateway,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls_certificate: str | None = None,
        tls_key: str | None = None,
    ):
        """Takes the port; `serve` begins to answer.

        Args:
          gateway: A gateway that has not been started.
          host, port, tls_certificate, tls_key: As of `HttpServer`.

        Raises:
          GraftNetError: the port is taken or does not exist.
        """
        self._gateway = gateway
        super().__init__(
            create_app(gateway),
            host=host,
            port=port,
            tls_certificate=tls_certificate,
            tls_key=tls_key,
        )

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts the gateway and answers until SIGINT, SIGTERM or `stop`.

        Raises:
          GraftNetError: the store cannot be opened.
        """
        # SQLite's driver works on a thread, which would wait 5 ms for its turn at each step.
        sys.setswitchinterval(_SWITCH_SECONDS)
        await self._gateway.start()
        try:
            await super().serve(sockets)
        finally:
            await self._gateway.stop()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begins to stop, and ends the streams, for which uvicorn would wait."""
        self._gateway.end_streams()
        super().handle_exit(sig, frame)
