"""Server-sent events of one process: each stream holds one state, the newest."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any


class Mailbox:
    """Room for one state; a later one takes the place of one that nobody fetched."""

    def __init__(self) -> None:
        self._state: dict[str, Any] | None = None
        self._arrived = asyncio.Event()

    def put(self, state: dict[str, Any] | None) -> None:
        """Leaves a state, or None to tell that no more will come."""
        self._state = state
        self._arrived.set()

    async def take(self) -> dict[str, Any] | None:
        """The newest state, waited for; None once no more will come."""
        await self._arrived.wait()
        self._arrived.clear()
        return self._state


class InProcessChannel:
    """Carries states within one process; with several gateways, use `MqttChannel`."""

    def __init__(self) -> None:
        self._mailboxes: dict[str, set[Mailbox]] = defaultdict(set)
        self._closed = False

    @property
    def streams(self) -> int:
        """How many listen."""
        return sum(map(len, self._mailboxes.values()))

    async def publish(self, lift: str, state: dict[str, Any]) -> None:
        """As `Channel.publish`; never waits for a screen."""
        for mailbox in self._mailboxes.get(lift, ()):
            mailbox.put(state)

    @contextlib.contextmanager
    def subscribe(self, lift: str) -> Iterator[Mailbox]:
        """Where a lift's states arrive from now on."""
        mailbox = Mailbox()
        if self._closed:
            mailbox.put(None)
        self._mailboxes[lift].add(mailbox)
        try:
            yield mailbox
        finally:
            self._mailboxes[lift].discard(mailbox)
            if not self._mailboxes[lift]:
                del self._mailboxes[lift]

    def lifts(self) -> Iterable[str]:
        """As `Channel.lifts`: those that somebody listens to here."""
        return list(self._mailboxes)

    def description(self, lift: str, screen: str) -> dict[str, str]:
        """As `Channel.description`."""
        return {"kind": "sse"}

    def close(self) -> None:
        """As `Channel.close`."""
        self._closed = True
        for mailboxes in self._mailboxes.values():
            for mailbox in mailboxes:
                mailbox.put(None)
