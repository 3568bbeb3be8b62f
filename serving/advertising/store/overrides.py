"""Emergency overrides: the only thing that may cut off what plays."""

import dataclasses
import uuid

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from graftnet_tf.errors import GraftNetError
from serving.advertising.decisions.facts import Override
from serving.advertising.store.changes import bump
from serving.advertising.store.tables import lifts, overrides, screens

_COLUMNS = {"group": "group_name"}


async def start(
    connection: AsyncConnection,
    *,
    by: str,
    now: float,
    seconds: float,
    lift: str | None = None,
    group: str | None = None,
    text: str | None = None,
    creative: str | None = None,
) -> str:
    """Starts an override of a lift, a group or, with neither, of all lifts; returns its UUID.

    Args:
      connection: A transaction.
      by: Operator.
      now: Seconds since the epoch.
      seconds: How long it lasts, unless it is ended.
      lift, group: Whose screens.
      text, creative: What they show, one of the two.
    """
    identifier = str(uuid.uuid4())
    await connection.execute(
        overrides.insert().values(
            id=identifier,
            lift=lift,
            group_name=group,
            text=text,
            creative=creative,
            started_at=now,
            started_by=by,
            ends_at=now + seconds,
        )
    )
    await bump(connection, "overrides")
    return identifier


async def end(connection: AsyncConnection, identifier: str, *, by: str, now: float) -> None:
    """Ends an override.

    Raises:
      GraftNetError: it is not under way.
    """
    ended = await connection.execute(
        overrides.update()
        .where(
            overrides.c.id == identifier, overrides.c.ended_at.is_(None), overrides.c.ends_at > now
        )
        .values(ended_at=now, ended_by=by)
    )
    if ended.rowcount == 0:
        raise GraftNetError("That override has ended already.")
    await bump(connection, "overrides")


async def screens_concerned(
    connection: AsyncConnection, *, lift: str | None = None, group: str | None = None
) -> int:
    """How many screens an override of a lift, a group or all lifts concerns."""
    asked = select(func.count()).select_from(screens.join(lifts))
    if lift is not None:
        asked = asked.where(lifts.c.name == lift)
    if group is not None:
        asked = asked.where(lifts.c.group_name == group)
    return (await connection.execute(asked)).scalar_one()


async def under_way(connection: AsyncConnection, now: float) -> list[Override]:
    """Overrides that have not ended, the newest first."""
    asked = (
        select(
            *(overrides.c[_COLUMNS.get(it.name, it.name)] for it in dataclasses.fields(Override))
        )
        .where(overrides.c.ended_at.is_(None), overrides.c.ends_at > now)
        .order_by(overrides.c.started_at.desc(), overrides.c.id)
    )
    return [Override(*row) for row in await connection.execute(asked)]
