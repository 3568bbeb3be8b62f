"""A Label Studio of its own on loopback, for as long as a test takes."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx

COMMAND = os.environ.get("LABEL_STUDIO") or shutil.which("label-studio")
_TOKEN = "0123456789abcdef0123456789abcdef01234567"
_PATIENCE = 240.0  # seconds to start within


class RunningStudio(NamedTuple):
    """A server, and what its API is called with.

    Attributes:
      url: Its address.
      http: A client with the first user's legacy token.
    """

    url: str
    http: httpx.Client

    def personal_token(self) -> str:
        return self.call("POST", "/api/token/", json={})["token"]

    def add_user(self, name: str) -> int:
        asked = {"email": f"{name}@example.com", "username": name, "password": "a-long-password"}
        return self.call("POST", "/api/users/", json=asked)["id"]

    def delete_user(self, number: int) -> None:
        self.http.delete(f"/api/users/{number}/").raise_for_status()

    def tasks_by_hash(self, project: int) -> dict[str, int]:
        """Numbers of a project's tasks."""
        asked = {"project": project, "page_size": 100, "fields": "task_only"}
        tasks = self.call("GET", "/api/tasks", params=asked)["tasks"]
        return {task["data"]["sha256"]: task["id"] for task in tasks}

    def annotate(self, task: int, label: str | None, by: int = 1) -> None:
        """Gives a task a label; none skips it."""
        choice = {
            "from_name": "label",
            "to_name": "image",
            "type": "choices",
            "value": {"choices": [label]},
        }
        asked = {
            "result": [choice] if label else [],
            "was_cancelled": label is None,
            "completed_by": by,
        }
        self.call("POST", f"/api/tasks/{task}/annotations/", json=asked)

    def call(self, method: str, path: str, **asked: Any) -> Any:
        return self.http.request(method, path, **asked).raise_for_status().json()


@contextlib.contextmanager
def label_studio(folder: str) -> Iterator[RunningStudio]:
    """Starts `COMMAND` with its data in a folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "LABEL_STUDIO_BASE_DATA_DIR": folder,
        "LABEL_STUDIO_USERNAME": "first@example.com",
        "LABEL_STUDIO_PASSWORD": "a-long-password",
        "LABEL_STUDIO_USER_TOKEN": _TOKEN,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LATEST_VERSION_CHECK": "false",
        "COLLECT_ANALYTICS": "False",
    }
    arguments = ["start", "--no-browser", "--internal-host=127.0.0.1", f"--port={port}"]
    with (
        open(os.path.join(folder, "log.txt"), "w", encoding="utf-8") as log,
        subprocess.Popen(
            [str(COMMAND), *arguments, "--data-dir", folder],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            _await_health(url, process)
            headers = {"Authorization": f"Token {_TOKEN}"}
            with httpx.Client(base_url=url, headers=headers, timeout=60) as http:
                yield RunningStudio(url, http)
        finally:
            process.terminate()


def _await_health(url: str, process: subprocess.Popen) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/health").is_success:
                return
        time.sleep(0.5)
    raise AssertionError(f"Label Studio does not answer at {url}; see its log.txt.")
