"""Removes what is older than it may be."""

from sqlalchemy.ext.asyncio import AsyncConnection

from serving.advertising.store.tables import bad_plays, decisions, plays

_KEPT_FROM = (decisions.c.made_at, plays.c.actual_end, bad_plays.c.received_at)


async def prune(connection: AsyncConnection, oldest: float) -> None:
    """Removes decisions and plays from before a time."""
    for at in _KEPT_FROM:
        await connection.execute(at.table.delete().where(at < oldest))
