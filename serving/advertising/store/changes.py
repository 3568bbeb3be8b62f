"""What changed in the store since a gateway last looked: numbers that only grow."""

from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from serving.advertising.store.insert_once import insert_once
from serving.advertising.store.tables import changes

What = Literal["schema", "creatives", "overrides", "lifts"]


async def bump(connection: AsyncConnection, what: What) -> None:
    """Tells every gateway that something changed, with the transaction that changes it."""
    await insert_once(connection, changes, what=what, number=0)
    await connection.execute(
        changes.update().where(changes.c.what == what).values(number=changes.c.number + 1)
    )


async def numbers(connection: AsyncConnection) -> dict[str, int]:
    """The number of each kind of change so far."""
    rows = await connection.execute(select(changes.c.what, changes.c.number))
    return {what: number for what, number in rows}
