"""What carries states to screens."""

from collections.abc import Iterable
from typing import Any, Protocol


class Channel(Protocol):
    """Carries a lift's newest state to its screens; older ones may be passed over."""

    async def publish(self, lift: str, state: dict[str, Any]) -> None:
        """Gives a lift's screens its state."""
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
