"""Where a stream finds the newest state."""

import asyncio
from typing import Any

from serving.advertising.channel.state_document import is_newer


class Mailbox:
    """Room for one state; a newer one, by its revision, takes the place of an older one."""

    def __init__(self) -> None:
        self._state: dict[str, Any] | None = None
        self._ended = False
        self._arrived = asyncio.Event()

    def put(self, state: dict[str, Any]) -> None:
        """Leaves a state, unless it is older than one that came or none is to come any more."""
        if not self._ended and is_newer(state, self._state):
            self._state = state
            self._arrived.set()

    def end(self) -> None:
        """Tells that no more will come, for good."""
        self._ended, self._state = True, None
        self._arrived.set()

    async def take(self) -> dict[str, Any] | None:
        """The newest state, waited for; None once no more will come."""
        await self._arrived.wait()
        if not self._ended:
            self._arrived.clear()
        return self._state
