"""Stores that tests work on, in one event loop for each test."""

import asyncio
import contextlib

from serving.advertising.store import lifts, screens
from serving.advertising.store.database import Database
from serving.advertising.store.screens import Screen

SCREEN = Screen("screen-1", "lift-1")


@contextlib.asynccontextmanager
async def opened(url, **settings):
    """A store whose tables are up to date."""
    database = Database(url, **settings)
    try:
        await database.open()
        yield database
    finally:
        await database.close()


async def write(database, work, *arguments, **settings):
    """Does something in a transaction of its own."""
    async with database.write() as connection:
        return await work(connection, *arguments, **settings)


async def read(database, work, *arguments, **settings):
    """Reads something."""
    async with database.read() as connection:
        return await work(connection, *arguments, **settings)


async def enrol_one(database):
    """Enrols lift-1 with `SCREEN`; returns their tokens."""
    camera = await write(database, lifts.enrol, "lift-1", now=0.0)
    return camera, await write(database, screens.enrol, SCREEN.name, SCREEN.lift, now=0.0)


def run_with(url, work):
    """Runs an async function of an opened store; returns its answer."""

    async def whole():
        async with opened(url) as database:
            return await work(database)

    return asyncio.run(whole())
