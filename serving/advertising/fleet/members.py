"""Lifts of a fleet, enrolled with a screen each."""

import dataclasses

from sqlalchemy.ext.asyncio import AsyncConnection

from serving.advertising.store import lifts, screens


@dataclasses.dataclass(frozen=True)
class Member:
    """A lift of a fleet, its camera's and its screen's tokens."""

    lift: str
    camera_token: str
    screen_token: str


async def enrol_member(connection: AsyncConnection, lift: str, *, group: str, now: float) -> Member:
    """Enrols a lift and a screen, which is called as the lift with `-screen` behind.

    Raises:
      GraftNetError: one of them is there.
    """
    camera = await lifts.enrol(connection, lift, now=now, group=group)
    screen = await screens.enrol(connection, f"{lift}-screen", lift, now=now)
    return Member(lift, camera, screen)
