"""The one call of the CMS's API that is made here."""

from collections.abc import Callable, Sequence

import httpx

from serving.advertising.xibo.access_token import AccessToken
from serving.advertising.xibo.cms_error import CmsError
from serving.advertising.xibo.criteria import Criterion, form
from serving.advertising.xibo.settings import XiboSettings

_MESSAGE_CHARACTERS = 200
_UNAUTHORIZED = 401
# Refusals that another display group need not share. 500 is what the CMS answers to criteria that
# it does not take; behind the others stands a CMS that is away or too busy.
_OF_GROUP = (403, 404, 422, 500)
_ADVICE = {
    403: "Share the display group with the application's user, with edit rights.",
    404: "Correct the number of the display group.",
    422: "See in the CMS whether all its displays are registered for push messages (XMR).",
    500: "See the CMS's log.",
}


class Cms:
    """Sends criteria to display groups.

    That the CMS takes them does not tell that players got them: its relay may be away, and a player
    that starts again knows none.
    """

    def __init__(self, settings: XiboSettings, http: httpx.AsyncClient, clock: Callable[[], float]):
        """Sends nothing yet; arguments as of `AccessToken`."""
        self._settings = settings
        self._http = http
        self._token = AccessToken(settings, http, clock)

    async def push(self, display_group: int, criteria: Sequence[Criterion]) -> None:
        """Has the CMS tell the players of a group; fetches another token once if it asks for one.

        Raises:
          CmsError: the CMS does not, or cannot be reached.
        """
        try:
            response = await self._post(display_group, criteria)
            if response.status_code == _UNAUTHORIZED:
                self._token.forget()
                response = await self._post(display_group, criteria)
        except httpx.HTTPError as error:
            raise CmsError(
                f"Xibo's CMS at {self._settings.url} cannot be reached "
                f"({type(error).__name__}); see whether it runs, and its address."
            ) from error
        if not response.is_success:
            raise _refusal(display_group, response)

    async def _post(self, display_group: int, criteria: Sequence[Criterion]) -> httpx.Response:
        token = await self._token.value()
        return await self._http.post(
            f"api/displaygroup/criteria/{display_group}",
            data=form(criteria, self._settings.ttl),
            headers={"Authorization": f"Bearer {token}"},
        )


def _refusal(display_group: int, response: httpx.Response) -> CmsError:
    status = response.status_code
    message = _message(response)
    advice = _ADVICE.get(status, "See whether the address is the CMS's, and the CMS's log.")
    return CmsError(
        f"Xibo refuses criteria of display group {display_group}: status {status}"
        f"{f' ({message})' if message else ''}. {advice}",
        is_of_group=status in _OF_GROUP,
    )


def _message(response: httpx.Response) -> str:
    """What the CMS says about it, as one line."""
    try:
        answer = response.json()
    except ValueError:
        return ""
    message = answer.get("message", "") if isinstance(answer, dict) else ""
    return " ".join(str(message).split())[:_MESSAGE_CHARACTERS].rstrip(".")
