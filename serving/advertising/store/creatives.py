"""Creatives and their bytes; one plays once somebody has approved it."""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from serving.advertising.creatives.encoding import EncodedCreative
from serving.advertising.store import by_name
from serving.advertising.store.changes import bump
from serving.advertising.store.insert_once import insert_once
from serving.advertising.store.tables import contents, creatives


async def add(
    connection: AsyncConnection, name: str, encoded: EncodedCreative, *, by: str, now: float
) -> None:
    """Adds a creative that waits for approval.

    Raises:
      GraftNetError: there is one of that name.
    """
    await by_name.add(
        connection,
        creatives,
        name,
        sha256=encoded.sha256,
        kind=encoded.kind,
        media_type=encoded.media_type,
        width=encoded.width,
        height=encoded.height,
        seconds=encoded.seconds,
        bytes=len(encoded.content),
        status="waiting",
        uploaded_at=now,
        uploaded_by=by,
    )
    await insert_once(
        connection,
        contents,
        sha256=encoded.sha256,
        media_type=encoded.media_type,
        content=encoded.content,
    )
    await bump(connection, "creatives")


async def judge(
    connection: AsyncConnection, name: str, verdict: Literal["approved", "rejected"], *, by: str
) -> None:
    """Approves or rejects a creative.

    Raises:
      GraftNetError: there is none of that name.
    """
    await by_name.change(connection, creatives, name, status=verdict, judged_by=by)
    await bump(connection, "creatives")


async def listed(connection: AsyncConnection) -> Sequence[RowMapping]:
    """All creatives by name."""
    return (await connection.execute(select(creatives).order_by(creatives.c.name))).mappings().all()


async def find(connection: AsyncConnection, name: str) -> RowMapping | None:
    """A creative, if there is one of that name."""
    asked = select(creatives).where(creatives.c.name == name)
    return (await connection.execute(asked)).mappings().first()


async def content(connection: AsyncConnection, sha256: str) -> tuple[bytes, str] | None:
    """The bytes of a creative and their MIME type."""
    asked = select(contents.c.content, contents.c.media_type).where(contents.c.sha256 == sha256)
    row = (await connection.execute(asked)).first()
    return (row.content, row.media_type) if row else None
