"""A gateway as a screen knows it, with what can go wrong."""

import asyncio
import hashlib
import json
import pathlib
import socket
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles

import serving.advertising.screens

PAGE = pathlib.Path(serving.advertising.screens.__file__).parent / "page"
POLICY = (
    "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self' wss: ws:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
TOKEN = "token-of-screen-1"
STATE = {
    "lift": "lift-1",
    "screen": "screen-1",
    "revision": 1,
    "server_time": 0,
    "playlist": [],
    "decision": None,
    "override": None,
    "off_hours": {"timezone": "Europe/Berlin", "intervals": []},
    "cache": [],
    "notice": {"text": "A camera counts who is here.", "url": "https://example.org/privacy"},
}


class FakeGateway:
    """Serves the page and one screen.

    Args:
      page: Folder of the page.

    Attributes:
      state: State document that it gives.
      creatives: Their bytes by SHA-256.
      plays: Those stored, by id.
      deliveries: Ids of the plays of each request.
      presences: Those told, in order.
      requests: Method and path of each, in order.
      clock_ahead: Milliseconds by which its clock is ahead.
      refusal: Status that it answers everything of the API with, if any.
      loses_answer: Whether the connection breaks after the plays of a delivery, counted from 1,
        were stored and before that was said.
      is_bad: Whether it refuses each delivery that has this play in it.
      puts_aside: Whether it puts this play aside.
      channel: What it says of how news are to be had.
      mqtt: A script in the place of mqtt.js, if any.
    """

    def __init__(self, page: pathlib.Path = PAGE) -> None:
        self._page = page
        self.state: dict[str, Any] = dict(STATE)
        self.creatives: dict[str, bytes] = {}
        self.plays: dict[str, dict] = {}
        self.deliveries: list[list[str]] = []
        self.presences: list[dict] = []
        self.requests: list[str] = []
        self.clock_ahead = 0
        self.refusal: int | None = None
        self.loses_answer: Callable[[int], bool] = lambda delivery: False
        self.is_bad: Callable[[dict], bool] = lambda play: False
        self.puts_aside: Callable[[dict], bool] = lambda play: False
        self.channel: dict = {"kind": "sse"}
        self.mqtt = ""
        self._drops = 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def add(self, content: bytes, seconds: float, **fields: Any) -> dict:
        """The item of a creative, which it has from now on."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.creatives[sha256] = content
        kind = "video" if content[4:8] == b"ftyp" else "image"
        return {
            "creative": sha256,
            "campaign": "default",
            "name": f"creative {sha256[:4]}",
            "kind": kind,
            "media_type": {"video": "video/mp4", "image": "image/png"}[kind],
            "seconds": seconds,
            "bytes": len(content),
        } | fields

    def show(self, **changes: Any) -> None:
        """Changes the state, and tells the streams of it."""
        self.state = self.state | {"revision": self.state["revision"] + 1} | changes

    def decide(self, item: dict, expires_in: float = 60) -> str:
        """Decides for an item; the decision's id."""
        decision = str(uuid.uuid4())
        expires_at = self.now() + round(expires_in * 1000)
        self.show(decision={"id": decision, "item": item, "expires_at": expires_at})
        return decision

    def override(self, text: str | None = None, item: dict | None = None) -> None:
        self.show(override={"id": str(uuid.uuid4()), "text": text, "item": item})

    def now(self) -> int:
        return round(time.time() * 1000) + self.clock_ahead

    def drop_streams(self) -> None:
        self._drops += 1

    def start(self) -> None:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self._port))
        self._server = uvicorn.Server(uvicorn.Config(self._app(), log_level="critical"))
        self._thread = threading.Thread(target=self._server.run, args=([listening],), daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        """Is off, as if its network were."""
        self.drop_streams()
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()

    def _app(self) -> FastAPI:
        app = FastAPI()
        app.middleware("http")(self._guard)
        app.get("/v1/screens/me")(self._state)
        app.get("/v1/screens/me/channel")(self._channel)
        app.get("/v1/screens/me/events")(self._events)
        app.get("/v1/creatives/{sha256}")(self._creative)
        app.post("/v1/screens/me/plays")(self._plays)
        app.post("/v1/screens/me/presence")(self._presence)
        app.get("/blank")(lambda: HTMLResponse("<title>Blank</title>"))
        app.get("/screen/vendor/mqtt.min.js")(self._mqtt)
        app.mount("/screen", StaticFiles(directory=self._page, html=True))
        return app

    async def _guard(self, request: Request, answer: Callable) -> Response:
        request.state.drops = self._drops
        self.requests.append(f"{request.method} {request.url.path}")
        if request.url.path.startswith("/v1/"):
            status = self.refusal
            if request.headers.get("Authorization") != f"Bearer {TOKEN}":
                status = 401
            if status:
                return JSONResponse({"detail": "Refused."}, status, {"Retry-After": "0"})
        response = await answer(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "no-store"
        return response

    async def _state(self) -> dict:
        return self.state

    async def _channel(self) -> dict:
        return self.channel

    async def _events(self, request: Request) -> Response:
        stream = self._stream(request.state.drops)
        return StreamingResponse(stream, media_type="text/event-stream")

    async def _stream(self, drops: int) -> AsyncIterator[str]:
        told = None
        while drops == self._drops:
            if told is not self.state:
                told = self.state
                yield f"event: state\ndata: {json.dumps(told)}\n\n"
            await asyncio.sleep(0.01)

    async def _creative(self, sha256: str) -> Response:
        if sha256 not in self.creatives:
            return JSONResponse({"detail": "No such creative."}, 404)
        return Response(self.creatives[sha256])

    async def _plays(self, request: Request) -> Response:
        plays = (await request.json())["plays"]
        self.deliveries.append([play["id"] for play in plays])
        if len(plays) > 100 or any(map(self.is_bad, plays)):
            return JSONResponse({"detail": "A play is wrong."}, 422)
        stored = {play["id"]: play for play in plays if not self.puts_aside(play)}
        self.plays |= stored
        aside = [play["id"] for play in plays if play["id"] not in stored]
        if self.loses_answer(len(self.deliveries)):
            return StreamingResponse(_broken(), headers={"Content-Length": "100"})
        reasons = [{"id": identity, "reason": "Unknown."} for identity in aside]
        return JSONResponse({"stored": [*stored], "put_aside": reasons})

    async def _presence(self, request: Request) -> dict:
        self.presences.append(await request.json())
        return {"server_time": self.now()}

    async def _mqtt(self) -> Response:
        script = self.mqtt or (self._page / "vendor" / "mqtt.min.js").read_text()
        return Response(script, media_type="text/javascript")


async def _broken() -> AsyncIterator[str]:
    yield '{"stored": '
    raise ConnectionError
