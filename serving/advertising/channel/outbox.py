"""States that wait to be sent: of each lift one, the newest."""

import asyncio
from collections.abc import Mapping
from itertools import islice
from typing import Any

from serving.advertising.channel.state_document import is_newer

State = dict[str, Any] | None


class Outbox:
    """As large as there are lifts; None stands for the state of a lift that was removed."""

    def __init__(self) -> None:
        self._waiting: dict[str, State] = {}
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()

    def put(self, lift: str, state: State) -> None:
        """Leaves a state, unless a newer one of its lift, by its revision, waits already."""
        if state is not None and not is_newer(state, self._waiting.get(lift)):
            return
        self._waiting[lift] = state
        self._filled.set()
        self._emptied.clear()

    async def look(self, most: int) -> dict[str, State]:
        """Those that have waited longest, waited for; they stay until they are `sent`."""
        await self._filled.wait()
        return dict(islice(self._waiting.items(), most))

    def sent(self, states: Mapping[str, State]) -> None:
        """Removes states, save where a newer one of the lift has come."""
        for lift, state in states.items():
            if self._waiting[lift] is state:
                del self._waiting[lift]
        if not self._waiting:
            self._filled.clear()
            self._emptied.set()

    async def emptied(self) -> None:
        """Waits until nothing waits, or until `give_up`."""
        await self._emptied.wait()

    def give_up(self) -> None:
        """Ends the waiting in `emptied`; what waits stays."""
        self._emptied.set()
