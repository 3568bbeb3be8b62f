"""A CMS that answers as the controllers of Xibo 4 do (`DisplayGroup::pushCriteriaUpdate`)."""

import dataclasses
import re
from urllib.parse import parse_qsl

import httpx

CLIENT_ID, CLIENT_SECRET = "application", "a secret"
_FIELD = re.compile(r"criteriaUpdates\[(\d+)\]\[(\w+)\]")


@dataclasses.dataclass
class Pushed:
    """One request that the CMS took: its display group, and value and TTL by metric."""

    group: int
    values: dict[str, tuple[str, int]]


class FakeCms:
    """Takes requests through `httpx.MockTransport`; what it is to do wrong can be set.

    Attributes:
      groups: Display groups that there are.
      forbidden: Those that the application's user may not edit.
      unready: Those with a display that is not registered for push messages.
      expires_in: What tokens are said to last, in seconds.
      tokens: Tokens given out so far; the last one alone is good.
      pushed: Requests that were taken.
      requests: How many were made for a display group.
      down: Whether nobody answers; `status`: what all requests are answered with, if not None.
    """

    def __init__(self, groups=(1, 2)):
        self.groups = set(groups)
        self.forbidden: set[int] = set()
        self.unready: set[int] = set()
        self.expires_in: object = 3600
        self.tokens: list[str] = []
        self.pushed: list[Pushed] = []
        self.requests = 0
        self.down = False
        self.status: int | None = None

    @property
    def transport(self) -> httpx.MockTransport:
        """What a client is to be given."""
        return httpx.MockTransport(self._answer)

    def revoke(self) -> None:
        """Has no token be good that was given out."""
        self.tokens.append("revoked")

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("refused", request=request)
        assert request.method == "POST"
        if request.url.path.endswith("/api/authorize/access_token"):
            return self._give_token(_form(request))
        self.requests += 1
        if self.status is not None:
            return httpx.Response(self.status, text="<html>away</html>")
        path = re.fullmatch(r"/(?:xibo/)?api/displaygroup/criteria/([0-9]+)", request.url.path)
        if not path:
            return _error(404, "Not Found")
        if request.headers.get("Authorization") != f"Bearer {self.tokens[-1]}":
            return httpx.Response(401, json={"error": "access_denied", "message": "denied"})
        return self._push(int(path[1]), _form(request))

    def _give_token(self, form: dict[str, str]) -> httpx.Response:
        if form.get("grant_type") != "client_credentials":
            return httpx.Response(400, json={"error": "unsupported_grant_type"})
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return httpx.Response(401, json={"error": "invalid_client"})
        self.tokens.append(f"token {len(self.tokens)}")
        answer = {
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "access_token": self.tokens[-1],
        }
        return httpx.Response(200, json=answer)

    def _push(self, group: int, form: dict[str, str]) -> httpx.Response:
        if group not in self.groups:
            return _error(404, "Not Found")
        if group in self.forbidden:
            return _error(403, "Access Denied")
        if "criteriaUpdates" in form:  # a text, where `getArray` wants an array
            return _error(422, "")
        rows: dict[str, dict[str, str]] = {}
        for field, value in form.items():
            if name := _FIELD.fullmatch(field):
                rows.setdefault(name[1], {})[name[2]] = value
        if not rows:
            return _error(422, "No criteria found.")
        if any(not _is_taken(row) for row in rows.values()):
            # An exception that the API does not know, and therefore does not explain.
            return _error(500, "Unexpected Error, please contact support.")
        if group in self.unready:
            return _error(422, "Screen is not configured or ready to receive push commands.")
        values = {row["metric"]: (row["value"], abs(int(row["ttl"]))) for row in rows.values()}
        self.pushed.append(Pushed(group, values))
        return httpx.Response(204)


def _is_taken(row: dict[str, str]) -> bool:
    """PHP's `empty` of metric and value without tags: also of a text that is 0."""
    texts = [re.sub(r"<[^>]*>?", "", row.get(name, "")) for name in ("metric", "value")]
    return not any(text in ("", "0") for text in texts) and row.get("ttl", "") != ""


def _form(request: httpx.Request) -> dict[str, str]:
    """The fields of a form; of another body PHP finds none here."""
    if request.headers.get("Content-Type") != "application/x-www-form-urlencoded":
        return {}
    return dict(parse_qsl(request.content.decode(), keep_blank_values=True))


def _error(status: int, message: str) -> httpx.Response:
    return httpx.Response(status, json={"error": status, "message": message})
