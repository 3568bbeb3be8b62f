"""Server-sent events of one process: each stream holds one state, the newest."""

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from serving.advertising.channel.access import OpenAccess, ScreenAccess
from serving.advertising.channel.channel import ChannelHost
from serving.advertising.channel.mailbox import Mailbox


class InProcessChannel:
    """Carries states within one process; with several gateways, use `MqttChannel`."""

    def __init__(self) -> None:
        self.access: ScreenAccess = OpenAccess()
        self._mailboxes: dict[str, set[Mailbox]] = defaultdict(set)
        self._closed = False

    @property
    def streams(self) -> int:
        """As `Channel.streams`."""
        return sum(map(len, self._mailboxes.values()))

    async def start(self, host: ChannelHost) -> None:
        """As `Channel.start`; there is nothing to do."""

    async def publish(self, lift: str, state: dict[str, Any]) -> None:
        """As `Channel.publish`."""
        for mailbox in self._mailboxes.get(lift, ()):
            mailbox.put(state)

    async def forget(self, lift: str) -> None:
        """As `Channel.forget`."""
        for mailbox in self._mailboxes.get(lift, ()):
            mailbox.end()

    async def flush(self) -> None:
        """As `Channel.flush`; there is nothing to wait for."""

    @contextlib.contextmanager
    def subscribe(self, lift: str) -> Iterator[Mailbox]:
        """As `Channel.subscribe`."""
        mailbox = Mailbox()
        if self._closed:
            mailbox.end()
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

    def hears(self, lift: str) -> bool:
        """Whether somebody listens to a lift here."""
        return lift in self._mailboxes

    def description(self, lift: str, screen: str) -> dict[str, str]:
        """As `Channel.description`."""
        return {"kind": "sse"}

    def close(self) -> None:
        """As `Channel.close`."""
        self._closed = True
        for mailboxes in self._mailboxes.values():
            for mailbox in mailboxes:
                mailbox.end()

    async def stop(self) -> None:
        """As `Channel.stop`; there is nothing to do."""
