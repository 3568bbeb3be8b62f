"""Emergency overrides: which are under way, and whose screens they concern."""

import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.decisions.facts import Lift
from serving.advertising.store import changes, overrides
from tests.serving.advertising.store.opened import read, run_with, write


async def start(database, text, now, seconds=10.0, **whose):
    return await write(
        database, overrides.start, by="ada", now=now, seconds=seconds, text=text, **whose
    )


def test_those_that_have_not_ended_the_newest_first(store_url):
    async def work(database):
        first = await start(database, "first", 0.0)
        await start(database, "second", 5.0)
        await start(database, "short", 6.0, seconds=1.0)
        under_way = [await read(database, overrides.under_way, now) for now in (6.5, 7.0, 10.0)]
        await write(database, overrides.end, first, by="bea", now=7.0)
        under_way.append(await read(database, overrides.under_way, 7.0))
        return [[it.text for it in found] for found in under_way], under_way[0][0]

    texts, short = run_with(store_url, work)
    assert texts == [["short", "second", "first"], ["second", "first"], ["second"], ["second"]]
    assert (short.started_at, short.ends_at, short.started_by) == (6.0, 7.0, "ada")


def test_an_override_ends_once_and_not_after_its_time(store_url):
    async def work(database):
        one = await start(database, "one", 0.0)
        over = await start(database, "over", 0.0, seconds=1.0)
        await write(database, overrides.end, one, by="bea", now=5.0)
        for identifier in (one, over, "none"):
            with pytest.raises(GraftNetError, match=r"^That override has ended already\.$"):
                await write(database, overrides.end, identifier, by="bea", now=5.0)
        return await read(database, changes.numbers)

    assert run_with(store_url, work) == {"overrides": 3}


def test_whom_an_override_concerns(store_url):
    concerned = {
        "all": ({}, {"a", "b", "c"}),
        "a lift": ({"lift": "a"}, {"a"}),
        "a group": ({"group": "east"}, {"a", "b"}),
        "those without a group": ({"group": ""}, {"c"}),
        "a lift of whatever group": ({"lift": "a", "group": "west"}, {"a"}),
    }

    async def work(database):
        for text, (whose, _) in concerned.items():
            await start(database, text, 0.0, **whose)
        return await read(database, overrides.under_way, 1.0)

    lifts = [Lift("a", "east"), Lift("b", "east"), Lift("c")]
    assert {
        override.text: {lift.name for lift in lifts if override.concerns(lift)}
        for override in run_with(store_url, work)
    } == {text: names for text, (_, names) in concerned.items()}
