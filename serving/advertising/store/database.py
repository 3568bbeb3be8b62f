"""The connection to the store: one code path for SQLite and PostgreSQL."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from graftnet_tf.errors import GraftNetError

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
_MIGRATION_LOCK = 3_702_416_003
_WRITE = "graftnet_write"
_BUSY_SECONDS = 10.0
_LOOK_SECONDS = 0.02
_ONE_MOMENT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Database:
    """A pool of connections; `await open()` before the first use.

    Reads see one moment of the store. Writes of one process to SQLite, which has one writer,
    wait for their turn here in place of in busy loops there.
    """

    def __init__(self, url: str, *, connections: int = 10):
        """Prepares the pool.

        Args:
          url: `sqlite:///file.db` or `postgresql://user:password@host/name`.
          connections: Most connections at once.

        Raises:
          GraftNetError: the URL is not one of these.
        """
        self._engine = _engine(url, connections)
        self._sqlite = self._engine.dialect.name == "sqlite"
        self._writing = asyncio.Lock() if self._sqlite else contextlib.nullcontext()
        self._reading = {} if self._sqlite else _ONE_MOMENT

    async def open(self) -> None:
        """Brings the tables up to date.

        Raises:
          GraftNetError: there is no such database, or it is of a later release.
        """
        try:
            if self._sqlite:
                await asyncio.to_thread(_write_ahead, self._engine.url.database or "")
            async with self.write() as connection:
                await connection.run_sync(_migrate)
        except (DBAPIError, OSError, sqlite3.Error) as error:
            raise GraftNetError(
                f"The store {self.name} cannot be opened: {_reason(error)}. Check --database."
            ) from None

    @property
    def name(self) -> str:
        """The URL without its password."""
        return self._engine.url.render_as_string(hide_password=True)

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read from."""
        async with self._engine.connect() as plain:
            yield await plain.execution_options(**self._reading)

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed at its end unless an exception ends it."""
        async with self._writing, self._engine.connect() as plain:
            connection = await plain.execution_options(**{_WRITE: True})
            async with connection.begin():
                yield connection

    async def close(self) -> None:
        """Closes the connections."""
        await self._engine.dispose()


def _engine(url: str, connections: int) -> AsyncEngine:
    parsed = _parsed(url)
    options: dict[str, Any] = {"pool_size": connections, "max_overflow": 0}
    if parsed.drivername == "postgresql":
        options |= {"pool_pre_ping": True, "connect_args": {"connect_timeout": 5}}
    engine = create_async_engine(parsed.set(drivername=_DRIVERS[parsed.drivername]), **options)
    if parsed.drivername == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed and parsed.drivername == "postgresql":
        return parsed
    in_file = parsed and not parsed.host and parsed.database not in (None, "", ":memory:")
    if parsed and parsed.drivername == "sqlite" and in_file:
        return parsed
    raise GraftNetError(
        f"{url.partition(':')[0]}: is no store; expected sqlite:///file.db or "
        "postgresql://user:password@host/name."
    )


def _write_ahead(path: str) -> None:
    """Has a SQLite file log ahead, once and for all connections.

    While another process does so too, SQLite refuses at once and heeds no time-out.
    """
    end = time.monotonic() + _BUSY_SECONDS
    with contextlib.closing(sqlite3.connect(path)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
                time.sleep(_LOOK_SECONDS)


def _set_up_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # or the driver begins transactions as it likes
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={round(1000 * _BUSY_SECONDS)}",
        "synchronous=FULL",  # what was acknowledged outlives a power cut
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # gateways that start together take turns
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
    config = Config()
    config.set_main_option("script_location", "serving.advertising.store:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise GraftNetError(
            f"The store is of another release ({error}). Use that release, or a store of its own."
        ) from None


def _reason(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return " ".join(str(cause).split()).rstrip(".")
