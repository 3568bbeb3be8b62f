"""Every schema that was ever in force; the last one is."""

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from serving.advertising.store.changes import bump
from serving.advertising.store.tables import schemas


async def save(connection: AsyncConnection, text: str, *, by: str, now: float) -> None:
    """Puts a schema in force; one that is in force already stays the revision it is."""
    last = await current(connection)
    if last is None or last.text != text:
        await connection.execute(schemas.insert().values(text=text, saved_at=now, saved_by=by))
        await bump(connection, "schema")


async def current(connection: AsyncConnection) -> Row[tuple[int, str, float, str]] | None:
    """The schema in force: revision, text, saved_at, saved_by; None before there is one."""
    asked = select(schemas).order_by(schemas.c.revision.desc()).limit(1)
    return (await connection.execute(asked)).first()
