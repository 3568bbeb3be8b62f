"""Creatives wait for approval; their bytes are kept once."""

import pytest
from sqlalchemy import func, select

from graftnet_tf.errors import GraftNetError
from serving.advertising.store import changes, creatives
from serving.advertising.store.tables import contents
from tests.serving.advertising.service import creative
from tests.serving.advertising.store.opened import read, run_with, write


async def add(database, name, content):
    given = creative(name, content=content)
    await write(database, creatives.add, name, given, by="ada", now=3.0)
    return given


def test_a_creative_waits_until_it_is_judged(store_url):
    async def work(database):
        given = await add(database, "pram", b"\0bytes\xff")
        [waiting] = await read(database, creatives.listed)
        await write(database, creatives.judge, "pram", "approved", by="bea")
        [judged] = await read(database, creatives.listed)
        return given, waiting, judged, await read(database, creatives.content, given.sha256)

    given, waiting, judged, content = run_with(store_url, work)
    assert (waiting["status"], waiting["judged_by"]) == ("waiting", None)
    assert (judged["status"], judged["judged_by"]) == ("approved", "bea")
    assert (judged["sha256"], judged["bytes"], judged["uploaded_by"]) == (given.sha256, 7, "ada")
    assert content == (b"\0bytes\xff", "image/png")


def test_a_name_is_given_once_and_bytes_are_kept_once(store_url):
    async def work(database):
        await add(database, "pram", b"same")
        with pytest.raises(GraftNetError, match=r"^There is a creative pram already; choose"):
            await add(database, "pram", b"others")
        await add(database, "cart", b"same")
        async with database.read() as connection:
            asked = select(func.count()).select_from(contents)
            number = (await connection.execute(asked)).scalar_one()
        names = [it["name"] for it in await read(database, creatives.listed)]
        return number, names, await read(database, changes.numbers)

    assert run_with(store_url, work) == (1, ["cart", "pram"], {"creatives": 2})


def test_what_is_not_there(store_url):
    async def work(database):
        with pytest.raises(GraftNetError, match=r"^There is no creative pram\.$"):
            await write(database, creatives.judge, "pram", "approved", by="bea")
        return await read(database, creatives.content, "ab" * 32)

    assert run_with(store_url, work) is None
