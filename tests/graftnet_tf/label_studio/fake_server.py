"""As much of Label Studio's API as is called, with the failures that a server may have."""

import contextlib
import http.server
import json
import re
import threading
import urllib.parse
from collections.abc import Iterator
from typing import Any

LEGACY, PERSONAL = "0123456789abcdef", "header.payload.signature"


class FakeStudio:
    """What a server holds.

    Attributes:
      url: Its address.
      projects: Settings and, under `tasks`, tasks by number.
      access: Access tokens that are valid.
      failing: Status and body to answer a path with, by the path's end.
      cut_after: Imports after which the connection breaks, the tasks taken; None for never.
      calls: Methods and paths that were called.
    """

    def __init__(self) -> None:
        self.url = ""
        self.projects: dict[int, dict[str, Any]] = {}
        self.access: set[str] = set()
        self.failing: dict[str, tuple[int, str]] = {}
        self.cut_after: int | None = None
        self.calls: list[str] = []

    def annotate(self, project: int, place: int, *annotations: dict[str, Any]) -> None:
        """Adds annotations to a project's task."""
        task = self.projects[project]["tasks"][place]
        for annotation in annotations:
            task["annotations"].append({"id": 1 + len(task["annotations"]), **annotation})

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Status and JSON of a call."""
        if method == "GET" and path == "/api/projects":
            found = [
                {"id": number, **project}
                for number, project in self.projects.items()
                if query["title"] in project["title"]
            ]
            return 200, {"results": found}
        if method == "POST" and path == "/api/projects":
            number = len(self.projects) + 1
            self.projects[number] = {**body, "tasks": []}
            return 201, {"id": number}
        if path == "/api/tasks":
            tasks = self.projects[int(query["project"])]["tasks"]
            size, page = int(query["page_size"]), int(query["page"])
            some = tasks[size * (page - 1) : size * page]
            return 200, {"tasks": some, "total": len(tasks)}
        if match := re.fullmatch(r"/api/projects/(\d+)/(import|export)", path):
            project = self.projects.get(int(match[1]))
            if project is None:
                return 404, {"detail": "No Project matches the given query."}
            if match[2] == "export":
                return 200, project["tasks"]
            for task in body:
                number = len(project["tasks"]) + 1
                project["tasks"].append({"id": number, "annotations": [], **task})
            return 201, {"task_count": len(body)}
        return 404, {}


class _Handler(http.server.BaseHTTPRequestHandler):
    studio: FakeStudio

    def do_GET(self) -> None:
        self._handle("GET", None)

    def do_POST(self) -> None:
        self._handle("POST", json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _handle(self, method: str, body: Any) -> None:
        path, _, query = self.path.partition("?")
        self.studio.calls.append(f"{method} {path}")
        for ending, (status, text) in self.studio.failing.items():
            if path.endswith(ending):
                return self._send(status, text)
        if path == "/api/token/refresh/":
            if body != {"refresh": PERSONAL}:
                return self._send(401, json.dumps({"detail": "Token is invalid"}))
            token = f"access-{self.studio.calls.count('POST /api/token/refresh/')}"
            self.studio.access = {token}
            return self._send(200, json.dumps({"access": token}))
        allowed = {f"Token {LEGACY}", *(f"Bearer {token}" for token in self.studio.access)}
        if self.headers["Authorization"] not in allowed:
            return self._send(401, json.dumps({"detail": "Invalid token."}))
        status, answer = self.studio.answer(method, path, dict(urllib.parse.parse_qsl(query)), body)
        if path.endswith("/import") and self.studio.cut_after is not None:
            self.studio.cut_after -= 1
            if self.studio.cut_after < 0:
                self.close_connection = True
                return None
        return self._send(status, json.dumps(answer))

    def _send(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        pass


@contextlib.contextmanager
def serving() -> Iterator[FakeStudio]:
    """A server on loopback."""
    studio = FakeStudio()
    handler = type("Handler", (_Handler,), {"studio": studio})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        studio.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield studio
        server.shutdown()


def annotation(label: str | None, by: int | None = 1, **further: Any) -> dict[str, Any]:
    """An annotation as an export has it; without a label, one that was skipped."""
    choice = {
        "from_name": "label",
        "to_name": "image",
        "type": "choices",
        "value": {"choices": [label]},
    }
    result = [choice] if label else []
    return {"completed_by": by, "result": result, "was_cancelled": label is None, **further}
