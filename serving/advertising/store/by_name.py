"""Rows that go by a name: lifts, screens, creatives, operators."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from graftnet_tf.errors import GraftNetError
from serving.advertising.store.insert_once import insert_once


async def add(connection: AsyncConnection, table: Table, name: str, **values: Any) -> None:
    """Adds a row.

    Raises:
      GraftNetError: there is one of that name.
    """
    if not await insert_once(connection, table, name=name, **values):
        kind = _kind(table)
        article = "an" if kind[0] in "aeiou" else "a"
        raise GraftNetError(f"There is {article} {kind} {name} already; choose another name.")


async def change(connection: AsyncConnection, table: Table, name: str, **values: Any) -> None:
    """Changes a row.

    Raises:
      GraftNetError: there is none of that name.
    """
    changed = await connection.execute(table.update().where(table.c.name == name).values(values))
    if changed.rowcount == 0:
        raise unknown(table, name)


async def remove(connection: AsyncConnection, table: Table, name: str) -> None:
    """Removes a row.

    Raises:
      GraftNetError: there is none of that name.
    """
    gone = await connection.execute(table.delete().where(table.c.name == name))
    if gone.rowcount == 0:
        raise unknown(table, name)


def unknown(table: Table, name: str) -> GraftNetError:
    """That a table has no row of a name."""
    return GraftNetError(f"There is no {_kind(table)} {name}.")


def _kind(table: Table) -> str:
    return table.name.removesuffix("s")
