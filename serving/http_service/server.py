"""Answers over HTTP until it is told to stop, and then stops in time."""

import signal
import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI

from serving.schema.ports import check_free

_HEADER_BYTES = 16 << 10
_BACKLOG = 4096
_GRACE_SECONDS = 3


class HttpServer(uvicorn.Server):
    """An HTTP server over one application.

    On SIGTERM it lets requests under way end within three seconds, and stops.

    Attributes:
      address: URL that it answers at.
    """

    def __init__(
        self,
        app: FastAPI,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls_certificate: str | None = None,
        tls_key: str | None = None,
    ):
        """Takes the port; `serve` begins to answer.

        Args:
          app: Whose lifespan is not run.
          host: Interface to listen on.
          port: 0 to 65535; 0 picks a free one.
          tls_certificate, tls_key: PEM files; unencrypted without.

        Raises:
          GraftNetError: the port is taken or does not exist.
        """
        check_free(host, port)
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                http="h11",  # which bounds the size of headers
                h11_max_incomplete_event_size=_HEADER_BYTES,
                ws="none",
                lifespan="off",
                access_log=False,
                log_level="warning",
                server_header=False,
                backlog=_BACKLOG,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=_GRACE_SECONDS,
                ssl_certfile=tls_certificate,
                ssl_keyfile=tls_key,
            )
        )
        self._socket = self.config.bind_socket()
        # Which connections inherit; the loop sets it for sockets of its own making alone.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        scheme = "https" if tls_certificate else "http"
        self.address = f"{scheme}://{_named(self._socket)}"

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Answers until SIGINT, SIGTERM or `stop`."""
        await super().serve(sockets or [self._socket])

    def stop(self) -> None:
        """Begins to stop; from any thread."""
        self.handle_exit(signal.SIGTERM, None)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begins to stop; a second SIGINT waits for nothing."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


def _named(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
