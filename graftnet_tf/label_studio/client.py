"""The calls of Label Studio's API that are made here."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self

import httpx

from graftnet_tf.errors import GraftNetError
from graftnet_tf.label_studio.access_token import VARIABLE, token_of_environment

_TIMEOUT = httpx.Timeout(30.0, read=600.0)  # an export is prepared before its first byte
_MESSAGE_CHARACTERS = 200
_PAGE = 100
_ADVICE = {
    400: "See its log.",
    401: f"Set {VARIABLE} to a token that it shows under Account & Settings.",
    403: f"Set {VARIABLE} to the token of a user who may do that.",
    404: "The project is gone, or this is not its address.",
}


class LabelStudio:
    """One server, as the user whose token is in the environment.

    Its methods raise GraftNetError where it cannot be reached, refuses, or answers otherwise than
    Label Studio does.
    """

    def __init__(self, url: str):
        """Calls nothing yet.

        Args:
          url: Its address: `http://localhost:8080`.

        Raises:
          GraftNetError: the address is none, or the environment has no token.
        """
        self.url = url.rstrip("/")
        if not re.match("https?://[^/]", url):
            raise GraftNetError(f"{url} is no address; expected one like http://localhost:8080.")
        self._http = httpx.Client(timeout=_TIMEOUT, auth=token_of_environment(self.url))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def project_of_title(self, title: str) -> int | None:
        """Number of a project, of the user's organization, that bears a title."""
        with self._understood():
            found = self._call("GET", "projects", params={"title": title, "page_size": _PAGE})
            return next((one["id"] for one in found["results"] if one["title"] == title), None)

    def create_project(self, title: str, config: str) -> int:
        """Creates a project that shows its tasks in order, with predictions; returns its number."""
        settings = {
            "title": title,
            "label_config": config,
            "show_collab_predictions": True,
            "sampling": "Sequential sampling",
        }
        with self._understood():
            return int(self._call("POST", "projects", json=settings)["id"])

    def data(self, project: int) -> Iterator[dict[str, Any]]:
        """The data of a project's tasks, page by page."""
        seen, page, total = 0, 1, 1
        while seen < total:
            asked = {"project": project, "page": page, "page_size": _PAGE, "fields": "task_only"}
            with self._understood():
                answer = self._call("GET", "tasks", params=asked)
                tasks, total = [one["data"] for one in answer["tasks"]], int(answer["total"])
            yield from tasks
            seen, page = seen + len(tasks), page + 1
            if not tasks:
                break

    def import_tasks(self, project: int, tasks: Sequence[dict[str, Any]]) -> None:
        """Adds tasks to a project."""
        with self._understood():
            answer = self._call("POST", f"projects/{project}/import", json=list(tasks))
            taken = answer["task_count"]
        if taken != len(tasks):
            raise GraftNetError(
                f"Label Studio at {self.url} took {taken} of {len(tasks)} tasks; see its log."
            )

    def export(self, project: int) -> Any:
        """A project's tasks with all annotations, as its JSON export has them."""
        asked = {"exportType": "JSON", "download_all_tasks": "true"}
        with self._understood():
            return self._call("GET", f"projects/{project}/export", params=asked)

    def _call(self, method: str, path: str, **asked: Any) -> Any:
        try:
            response = self._http.request(method, f"{self.url}/api/{path}", **asked)
            response.raise_for_status()
        except httpx.HTTPStatusError as error:
            raise self._refusal(error.response) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise GraftNetError(
                f"Label Studio at {self.url} cannot be reached ({type(error).__name__}: {error}). "
                "See whether it runs, and its address; run again, this goes on where it was."
            ) from None
        return response.json()

    def _refusal(self, response: httpx.Response) -> GraftNetError:
        status = response.status_code
        advice = _ADVICE.get(status, "See its log; run again, this goes on where it was.")
        message = _message(response)
        return GraftNetError(
            f"Label Studio at {self.url} answers {response.request.url.path} with status {status}"
            f"{f' ({message})' if message else ''}. {advice}"
        )

    @contextlib.contextmanager
    def _understood(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, KeyError, TypeError):
            raise GraftNetError(
                f"{self.url} does not answer as Label Studio does: see whether that is its address."
            ) from None


def _message(response: httpx.Response) -> str:
    """What the server says about it, as one line."""
    try:
        answer = response.json()
    except ValueError:
        return ""
    if not isinstance(answer, dict):
        return ""
    message = f"{answer.get('detail', '')} {answer.get('validation_errors') or ''}"
    return " ".join(message.split())[:_MESSAGE_CHARACTERS].rstrip(".")
