"""Screens: enrolment, tokens and presence."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, RowMapping, and_, false, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from graftnet_tf.errors import GraftNetError
from serving.advertising.store import by_name
from serving.advertising.store.changes import bump
from serving.advertising.store.tables import lifts, screens
from serving.advertising.store.tokens import new_token, token_hash

PRESENCE_SECONDS = 90.0
"""A screen of which nothing has come for so long, three times its interval, counts as offline."""


@dataclasses.dataclass(frozen=True)
class Screen:
    """A screen and the lift it hangs in."""

    name: str
    lift: str


class Credential(NamedTuple):
    """What a screen is let in for and by: its lift, and the SHA-256 of its token."""

    lift: str
    token_hash: str


async def enrol(connection: AsyncConnection, name: str, lift: str, *, now: float) -> str:
    """Adds a screen to a lift; returns its token.

    Raises:
      GraftNetError: there is a screen of that name, or no such lift.
    """
    known = select(lifts.c.name).where(lifts.c.name == lift)
    if (await connection.execute(known)).first() is None:
        raise GraftNetError(f"There is no lift {lift}; enrol it first.")
    token = new_token()
    await by_name.add(
        connection, screens, name, lift=lift, token_hash=token_hash(token), enrolled_at=now
    )
    await bump(connection, "lifts")
    return token


async def rotate_token(connection: AsyncConnection, name: str) -> str:
    """Gives a screen a new token; the former one is refused from now on.

    Raises:
      GraftNetError: there is no such screen.
    """
    token = new_token()
    await by_name.change(connection, screens, name, token_hash=token_hash(token))
    return token


async def revoke_token(connection: AsyncConnection, name: str) -> None:
    """Refuses a screen from now on.

    Raises:
      GraftNetError: there is no such screen.
    """
    await by_name.change(connection, screens, name, token_hash=None)


async def remove(connection: AsyncConnection, name: str) -> None:
    """Removes a screen; what it played stays.

    Raises:
      GraftNetError: there is no such screen.
    """
    await by_name.remove(connection, screens, name)
    await bump(connection, "lifts")


async def by_token(connection: AsyncConnection, token: str) -> Screen | None:
    """The screen that a token belongs to."""
    asked = select(screens.c.name, screens.c.lift).where(screens.c.token_hash == token_hash(token))
    row = (await connection.execute(asked)).first()
    return Screen(row.name, row.lift) if row else None


async def credentials(connection: AsyncConnection) -> dict[str, Credential]:
    """What each screen that has a token is let in by."""
    asked = select(screens.c.name, screens.c.lift, screens.c.token_hash)
    rows = await connection.execute(asked.where(screens.c.token_hash.is_not(None)))
    return {name: Credential(lift, token) for name, lift, token in rows}


async def keep_presence(
    connection: AsyncConnection,
    name: str,
    *,
    session: str,
    now: float,
    playing: dict[str, Any] | None,
    clock_offset: float,
    cached_files: int,
) -> None:
    """Writes down what a screen says of itself; `session` is the page that is open now."""
    await by_name.change(
        connection,
        screens,
        name,
        session=session,
        seen_at=now,
        offline_at=None,
        playing=playing,
        clock_offset=clock_offset,
        cached_files=cached_files,
    )


async def set_offline(connection: AsyncConnection, name: str, *, session: str, now: float) -> None:
    """Writes down that a session ended at a time, unless it or another has been heard of since."""
    await connection.execute(
        screens.update()
        .where(screens.c.name == name, screens.c.session == session, screens.c.seen_at <= now)
        .values(offline_at=now, playing=None)
    )


async def listed(
    connection: AsyncConnection,
    *,
    lifts: Sequence[str] | None = None,
    search: str = "",
    unseen_since: float | None = None,
    limit: int | None = None,
) -> Sequence[RowMapping]:
    """Screens by lift and name.

    Args:
      connection: A connection.
      lifts: Lifts whose screens are wanted; those of all without.
      search: What their names or those of their lifts begin with.
      unseen_since: Time since which nothing has come from them.
      limit: Most screens; all without.
    """
    own = screens.c
    shown = [column for column in own if column.name != "token_hash"]
    begins = or_(*(of.startswith(search, autoescape=True) for of in (own.name, own.lift)))
    asked = select(*shown, own.token_hash.is_not(None).label("has_token")).where(begins)
    if lifts is not None:
        asked = asked.where(own.lift.in_(lifts))
    if unseen_since is not None:
        asked = asked.where(not_(_seen_since(unseen_since)))
    asked = asked.order_by(own.lift, own.name).limit(limit)
    return (await connection.execute(asked)).mappings().all()


async def count(connection: AsyncConnection, *, seen_since: float) -> tuple[int, int]:
    """How many screens there are, and how many have told of themselves since a time."""
    seen = func.count().filter(_seen_since(seen_since))
    row = (await connection.execute(select(func.count(), seen).select_from(screens))).one()
    return row[0], row[1]


def offline_since(screen: Mapping[Any, Any], now: float) -> float | None:
    """Since when nothing has come from a screen as `listed` has it; None while it is online."""
    if screen["offline_at"] is not None:
        return screen["offline_at"]
    seen = screen["seen_at"]
    return seen if seen is not None and seen < now - PRESENCE_SECONDS else None


def _seen_since(time: float) -> ColumnElement[bool]:
    seen = and_(screens.c.offline_at.is_(None), screens.c.seen_at >= time)
    return func.coalesce(seen, false())
