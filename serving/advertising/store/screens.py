"""Screens: enrolment, tokens and presence."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from graftnet_tf.errors import GraftNetError
from serving.advertising.store.changes import bump
from serving.advertising.store.tables import lifts, screens
from serving.advertising.store.tokens import new_token, token_hash


@dataclasses.dataclass(frozen=True)
class Screen:
    """A screen and the lift it hangs in."""

    name: str
    lift: str


async def enrol(connection: AsyncConnection, name: str, lift: str, *, now: float) -> str:
    """Adds a screen to a lift; returns its token.

    Raises:
      GraftNetError: there is a screen of that name, or no such lift.
    """
    known = select(lifts.c.name).where(lifts.c.name == lift)
    if (await connection.execute(known)).first() is None:
        raise GraftNetError(f"There is no lift {lift}; enrol it first.")
    token = new_token()
    row = {"name": name, "lift": lift, "token_hash": token_hash(token), "enrolled_at": now}
    try:
        await connection.execute(screens.insert().values(row))
    except IntegrityError:
        raise GraftNetError(f"There is a screen {name} already; choose another name.") from None
    await bump(connection, "lifts")
    return token


async def rotate_token(connection: AsyncConnection, name: str) -> str:
    """Gives a screen a new token; the former one is refused from now on.

    Raises:
      GraftNetError: there is no such screen.
    """
    token = new_token()
    await _change(connection, name, token_hash=token_hash(token))
    return token


async def revoke_token(connection: AsyncConnection, name: str) -> None:
    """Refuses a screen from now on.

    Raises:
      GraftNetError: there is no such screen.
    """
    await _change(connection, name, token_hash=None)


async def remove(connection: AsyncConnection, name: str) -> None:
    """Removes a screen; what it played stays.

    Raises:
      GraftNetError: there is no such screen.
    """
    gone = await connection.execute(screens.delete().where(screens.c.name == name))
    if gone.rowcount == 0:
        raise GraftNetError(f"There is no screen {name}.")
    await bump(connection, "lifts")


async def by_token(connection: AsyncConnection, token: str) -> Screen | None:
    """The screen that a token belongs to."""
    asked = select(screens.c.name, screens.c.lift).where(screens.c.token_hash == token_hash(token))
    row = (await connection.execute(asked)).first()
    return Screen(row.name, row.lift) if row else None


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
    await _change(
        connection,
        name,
        session=session,
        seen_at=now,
        offline_at=None,
        playing=playing,
        clock_offset=clock_offset,
        cached_files=cached_files,
    )


async def set_offline(connection: AsyncConnection, name: str, *, session: str, now: float) -> None:
    """Writes down that a session has ended, unless another has taken over since."""
    await connection.execute(
        screens.update()
        .where(screens.c.name == name, screens.c.session == session)
        .values(offline_at=now, playing=None)
    )


async def listed(connection: AsyncConnection) -> Sequence[RowMapping]:
    """All screens by lift and name."""
    shown = [column for column in screens.c if column.name != "token_hash"]
    has_token = screens.c.token_hash.is_not(None).label("has_token")
    asked = select(*shown, has_token).order_by(screens.c.lift, screens.c.name)
    return (await connection.execute(asked)).mappings().all()


async def _change(connection: AsyncConnection, name: str, **values: Any) -> None:
    changed = await connection.execute(
        screens.update().where(screens.c.name == name).values(values)
    )
    if changed.rowcount == 0:
        raise GraftNetError(f"There is no screen {name}.")
