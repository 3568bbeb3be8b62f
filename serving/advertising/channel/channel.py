"""What carries states to screens."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from serving.advertising.channel.access import ScreenAccess
from serving.advertising.channel.departures import Departure
from serving.advertising.channel.mailbox import Mailbox
from serving.advertising.store.screens import Credential


class ChannelHost(Protocol):
    """Whom a channel works for: a gateway."""

    def on_connected(self) -> None:
        """The broker was reached anew; it may have lost every state."""
        ...

    def on_unfit_message(self) -> None:
        """Something came that is neither a state nor a presence."""
        ...

    async def on_departures(self, departures: Sequence[Departure]) -> None:
        """Sessions have ended."""
        ...

    async def enrolled(self) -> Mapping[str, Credential]:
        """Screens that have a token, by name."""
        ...


class Channel(Protocol):
    """Carries a lift's newest state to its screens; older ones may be passed over."""

    @property
    def access(self) -> ScreenAccess:
        """Who may listen."""
        ...

    @property
    def streams(self) -> int:
        """How many listen at this gateway."""
        ...

    async def start(self, host: ChannelHost) -> None:
        """Begins; waits for no broker."""
        ...

    async def publish(self, lift: str, state: dict[str, Any]) -> None:
        """Gives a lift's screens its state; waits neither for a screen nor for a broker."""
        ...

    async def forget(self, lift: str) -> None:
        """Ends the streams of a lift that was removed."""
        ...

    async def flush(self) -> None:
        """Waits until what was published has left, unless it cannot."""
        ...

    def subscribe(self, lift: str) -> AbstractContextManager[Mailbox]:
        """Where a lift's states arrive from now on."""
        ...

    def lifts(self) -> Iterable[str] | None:
        """Lifts whose screens are told of what is the same for all; None for every lift."""
        ...

    def description(self, lift: str, screen: str) -> dict[str, str]:
        """How a screen listens: `kind` and what that kind needs."""
        ...

    def close(self) -> None:
        """Ends all streams."""
        ...

    async def stop(self) -> None:
        """Ends what `start` began."""
        ...
