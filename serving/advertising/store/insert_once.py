"""Inserting what may be there already."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_once(connection: AsyncConnection, table: Table, **values: Any) -> bool:
    """Inserts a row unless there is one of its key; returns whether it was inserted."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(values).on_conflict_do_nothing()
    counted = statement.execution_options(preserve_rowcount=True)  # or psycopg's is lost
    return (await connection.execute(counted)).rowcount == 1
