"""The token that the CMS's API asks for."""

from collections.abc import Callable

import httpx

from serving.advertising.xibo.cms_error import CmsError
from serving.advertising.xibo.settings import XiboSettings

_EARLY = 60.0  # seconds before its end that a token is no longer used, at most a tenth of its life


class AccessToken:
    """Fetches a token by the client credentials grant (RFC 6749, 4.4) and keeps it while it lasts.

    Xibo's tokens last an hour and cannot be renewed: another is fetched.
    """

    def __init__(self, settings: XiboSettings, http: httpx.AsyncClient, clock: Callable[[], float]):
        """Fetches nothing yet.

        Args:
          settings: Whose token.
          http: Client whose base is the CMS's address.
          clock: Gives seconds.
        """
        self._settings = settings
        self._http = http
        self._clock = clock
        self.forget()

    def forget(self) -> None:
        """Has the next use fetch another: the CMS did not take this one."""
        self._token = ""
        self._until = 0.0

    async def value(self) -> str:
        """A token that is good for some time yet.

        Raises:
          CmsError: the CMS gives none.
          httpx.HTTPError: it cannot be reached.
        """
        if not self._token or self._clock() >= self._until:
            await self._fetch()
        return self._token

    async def _fetch(self) -> None:
        asked_at = self._clock()
        response = await self._http.post(
            "api/authorize/access_token",
            data={
                "grant_type": "client_credentials",
                "client_id": self._settings.client_id,
                "client_secret": self._settings.client_secret,
            },
        )
        if response.status_code in (400, 401):
            raise CmsError(
                f"Xibo gives application {self._settings.client_id} no token (status "
                f"{response.status_code}); expected its client id and secret, and the client "
                "credentials grant. Correct them in the CMS or in the settings."
            )
        try:
            answer = response.raise_for_status().json()
            token, lasts = str(answer["access_token"]), float(answer["expires_in"])
        except (httpx.HTTPStatusError, KeyError, TypeError, ValueError):
            raise CmsError(
                f"Xibo answers a request for a token with status {response.status_code} and no "
                f"token. See whether {self._settings.url} is the CMS's address."
            ) from None
        self._token = token
        self._until = asked_at + lasts - min(_EARLY, lasts / 10)
