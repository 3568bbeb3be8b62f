"""A session that ended, and sessions that did not."""

import asyncio
import contextlib

import pytest

from serving.advertising.store import lifts, screens
from serving.advertising.store.database import Database
from serving.advertising.store.tokens import token_hash

FIRST = "6f1c1b9e-5b0a-4a6f-9d2e-0c8f1f0f7a11"
SECOND = "0d5a8c0e-9a3b-4f57-8a33-6d2f3a0b9c22"


@contextlib.asynccontextmanager
async def two_screens(url):
    database = Database(url)
    await database.open()
    async with database.write() as connection:
        await lifts.enrol(connection, "lift-1", now=0.0)
        tokens = [
            await screens.enrol(connection, name, "lift-1", now=0.0)
            for name in ("screen-1", "screen-2")
        ]
        yield connection, tokens
    await database.close()


async def seen(connection, session, now):
    await screens.keep_presence(
        connection,
        "screen-1",
        session=session,
        now=now,
        playing=None,
        clock_offset=0.0,
        cached_files=0,
    )


@pytest.mark.parametrize(
    ("ended", "at", "expected"),
    [(FIRST, 20.0, None), (SECOND, 20.0, 20.0), (SECOND, 14.0, None), (SECOND, 15.0, 15.0)],
)
def test_only_the_session_that_is_open_ends_and_only_after_it_was_last_seen(
    store_url, ended, at, expected
):
    async def work():
        async with two_screens(store_url) as (connection, _):
            await seen(connection, FIRST, 10.0)
            await seen(connection, SECOND, 15.0)
            await screens.set_offline(connection, "screen-1", session=ended, now=at)
            return {it["name"]: it["offline_at"] for it in await screens.listed(connection)}

    assert asyncio.run(work()) == {"screen-1": expected, "screen-2": None}


def test_credentials_are_of_screens_with_a_token(store_url):
    async def work():
        async with two_screens(store_url) as (connection, tokens):
            await screens.revoke_token(connection, "screen-1")
            return await screens.credentials(connection), tokens

    found, tokens = asyncio.run(work())
    assert found == {"screen-2": ("lift-1", token_hash(tokens[1]))}
