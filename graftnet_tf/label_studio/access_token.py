"""The two kinds of token that Label Studio gives its users."""

import os
from collections.abc import Generator

import httpx

from graftnet_tf.errors import GraftNetError

VARIABLE = "LABEL_STUDIO_API_KEY"
_UNAUTHORIZED = 401


class PersonalAccessToken(httpx.Auth):
    """A JWT that gives access tokens of some minutes; another is fetched when one has ended."""

    requires_response_body = True

    def __init__(self, token: str, refresh_url: str):
        """Fetches nothing yet."""
        self._token = token
        self._refresh_url = refresh_url
        self._access = ""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """As httpx asks for.

        Raises:
          httpx.HTTPStatusError: Label Studio gives no access token.
        """
        if not self._access:
            yield from self._refresh()
        request.headers["Authorization"] = f"Bearer {self._access}"
        response = yield request
        if response.status_code == _UNAUTHORIZED:
            yield from self._refresh()
            request.headers["Authorization"] = f"Bearer {self._access}"
            yield request

    def _refresh(self) -> Generator[httpx.Request, httpx.Response, None]:
        response = yield httpx.Request("POST", self._refresh_url, json={"refresh": self._token})
        response.raise_for_status()
        self._access = str(response.json()["access"])


class LegacyToken(httpx.Auth):
    """A token that is sent as it is."""

    def __init__(self, token: str):
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Token {self._token}"
        yield request


def token_of_environment(url: str) -> httpx.Auth:
    """The user's token, from `LABEL_STUDIO_API_KEY`.

    Args:
      url: Label Studio's address.

    Raises:
      GraftNetError: there is none.
    """
    token = os.environ.get(VARIABLE, "").strip()
    if not (token and token.isascii()):
        raise GraftNetError(
            f"{VARIABLE} holds no token: export the access token that Label Studio at {url} shows "
            "under Account & Settings."
        )
    if token.count(".") == 2:
        return PersonalAccessToken(token, f"{url}/api/token/refresh/")
    return LegacyToken(token)
