"""A gateway over real HTTP that keeps what it is sent in memory."""

import asyncio
import contextlib
import io
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import fastapi
import uvicorn
from PIL import Image
from starlette.responses import JSONResponse, Response

from tests.serving.certificates import Signed

PATIENCE = 60.0  # seconds that anything may take on a busy machine


class Snapshot(NamedTuple):
    """A snapshot as it arrived: its headers, and the size of the JPEG."""

    headers: dict[str, str]
    size: tuple[int, int]


class FakeGateway:
    """Takes every snapshot of lift-1, or answers as it is told to; may hang for ever.

    Attributes:
      url: Its address.
      snapshots: What has arrived so far.
      hangs: Whether requests get no answer.
    """

    def __init__(self) -> None:
        self.url = ""
        self.snapshots: list[Snapshot] = []
        self.hangs = False
        self.app = fastapi.FastAPI()
        self.app.post("/v1/lifts/lift-1/snapshots")(self._take)

    async def _take(self, request: fastapi.Request) -> Response:
        with Image.open(io.BytesIO(await request.body()), formats=["JPEG"]) as image:
            image.load()
            self.snapshots.append(Snapshot(dict(request.headers), image.size))
        while self.hangs:
            await asyncio.sleep(0.01)
        return JSONResponse({"people": 1, "decision": None, "next_in": 0.0})

    def wait_for(self, count: int) -> None:
        """Waits until so many snapshots have arrived in all."""
        eventually(lambda: len(self.snapshots) >= count)


@contextlib.contextmanager
def serving(signed: Signed | None = None) -> Iterator[FakeGateway]:
    """A gateway on a free port of this computer, over TLS with a certificate."""
    gateway = FakeGateway()
    files = {"ssl_certfile": signed.certificate, "ssl_keyfile": signed.key} if signed else {}
    config = uvicorn.Config(gateway.app, port=0, log_level="error", lifespan="off", **files)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        eventually(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        gateway.url = f"https://localhost:{port}" if signed else f"http://127.0.0.1:{port}"
        yield gateway
    finally:
        gateway.hangs = False
        server.should_exit = True
        thread.join()


def eventually(happened: Callable[[], object]) -> None:
    """Waits until something has happened."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
