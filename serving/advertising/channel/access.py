"""Who may listen: what a channel's broker knows of the screens."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from serving.advertising.store.screens import Credential


class ScreenAccess(Protocol):
    """Lets screens in where states are, each to those of its own lift."""

    async def grant(self, screen: str, lift: str, token: str) -> None:
        """Lets a screen in by its token; does nothing where that is so already.

        Raises:
          GraftNetError: the broker does not answer.
        """
        ...

    async def revoke(self, screen: str) -> None:
        """Shuts a screen out and ends its connection.

        While the broker is away this is put off until `keep_only`.
        """
        ...

    async def keep_only(self, enrolled: Callable[[], Awaitable[Mapping[str, Credential]]]) -> None:
        """Shuts out all screens but those that are enrolled.

        Args:
          enrolled: Reads the screens that have a token, by name.

        Raises:
          GraftNetError: the broker does not answer.
        """
        ...


class OpenAccess:
    """For a channel that asks the store about each stream."""

    async def grant(self, screen: str, lift: str, token: str) -> None:
        """As `ScreenAccess.grant`; there is nothing to do."""

    async def revoke(self, screen: str) -> None:
        """As `ScreenAccess.revoke`; there is nothing to do."""

    async def keep_only(self, enrolled: Callable[[], Awaitable[Mapping[str, Credential]]]) -> None:
        """As `ScreenAccess.keep_only`; there is nothing to do."""
