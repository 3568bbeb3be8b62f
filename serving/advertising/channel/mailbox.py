"""Where a stream finds the newest state."""

import asyncio
from typing import Any


class Mailbox:
    """Room for one state; a later one takes the place of one that nobody fetched."""

    def __init__(self) -> None:
        self._state: dict[str, Any] | None = None
        self._ended = False
        self._arrived = asyncio.Event()

    def put(self, state: dict[str, Any]) -> None:
        """Leaves a state, unless none is to come any more."""
        if not self._ended:
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
