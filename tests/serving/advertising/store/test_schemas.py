"""Schemas, the catalog that is read from them, and changes that gateways follow."""

import asyncio

import pytest

from serving.advertising.rules.policy import shipped_policy
from serving.advertising.rules.yaml_lines import InvalidDocumentError
from serving.advertising.store import changes, creatives, overrides, schemas
from serving.advertising.store.catalog import FIRST_SCHEMA, read_catalog
from tests.serving.advertising.service import creative
from tests.serving.advertising.store.opened import opened, read, run_with, write

TEXT = """timezone: Europe/Berlin
default_playlist: [house]
campaigns: {prams: {creatives: [pram], when: {someone: child}}}
"""


async def save(database, text, now=0.0):
    await write(database, schemas.save, text, by="ada", now=now)


def test_the_last_schema_that_differs_is_in_force(store_url):
    async def work(database):
        found = [await read(database, schemas.current)]
        for now, text in enumerate(["a", "a", "b", "a"]):
            await save(database, text, float(now))
            found.append(await read(database, schemas.current))
        return [found_ and tuple(found_) for found_ in found], await read(database, changes.numbers)

    found, numbers = run_with(store_url, work)
    assert found == [
        None,
        (1, "a", 0.0, "ada"),
        (1, "a", 0.0, "ada"),
        (2, "b", 2.0, "ada"),
        (3, "a", 3.0, "ada"),
    ]
    assert numbers == {"schema": 3}


def test_the_catalog_before_there_is_anything(store_url):
    async def work(database):
        return await read(database, read_catalog, shipped_policy(), 0.0)

    catalog = run_with(store_url, work)
    assert (catalog.revision, catalog.text) == (0, FIRST_SCHEMA)
    assert (catalog.rules.schema.campaigns, catalog.creatives, catalog.overrides) == ({}, {}, [])


def test_the_catalog_is_what_is_in_force(store_url):
    async def work(database):
        await save(database, TEXT)
        for name in ("house", "pram", "late"):
            await write(database, creatives.add, name, creative(name, 12.5), by="ada", now=0.0)
        await write(database, creatives.judge, "house", "approved", by="bea")
        await write(database, creatives.judge, "late", "rejected", by="bea")
        await write(database, overrides.start, by="ada", now=0.0, seconds=9.0, text="Leave.")
        return [await read(database, read_catalog, shipped_policy(), now) for now in (8.9, 9.0)]

    during, after = run_with(store_url, work)
    assert during.revision == 1
    assert set(during.rules.refused) == {"prams"}
    assert {name: it.approved for name, it in during.creatives.items()} == {
        "house": True,
        "late": False,
        "pram": False,
    }
    assert [it.name for it in during.shown(["pram", "house", "none"])] == ["house"]
    assert during.creatives["pram"].seconds == 12.5
    assert [it.text for it in during.overrides] == ["Leave."]
    assert after.overrides == []


def test_a_schema_of_another_release_is_told(store_url):
    async def work(database):
        await save(database, TEXT + "from_the_future: 1\n")
        with pytest.raises(
            InvalidDocumentError, match=r"line 4, from_the_future: .* no field here"
        ):
            await read(database, read_catalog, shipped_policy(), 0.0)

    run_with(store_url, work)


def test_a_policy_that_changed_is_applied_to_the_same_schema(store_url):
    free = shipped_policy().model_copy(update={"sensitive": ()})

    async def work(database):
        await save(database, TEXT)
        return [await read(database, read_catalog, it, 0.0) for it in (shipped_policy(), free)]

    strict, loose = run_with(store_url, work)
    assert (set(strict.rules.refused), set(loose.rules.refused)) == ({"prams"}, set())


def test_changes_only_grow_whoever_makes_them(store_url):
    kinds = ("schema", "creatives", "overrides", "lifts")

    async def work(database):
        async with opened(store_url) as other:
            seen = [await read(database, changes.numbers)]
            for _ in range(3):
                await asyncio.gather(
                    *(write(it, changes.bump, kind) for kind in kinds for it in (database, other))
                )
                seen.append(await read(other, changes.numbers))
        return seen

    assert run_with(store_url, work) == [{}] + [dict.fromkeys(kinds, 2 * n) for n in (1, 2, 3)]


def test_a_change_that_is_not_committed_is_not_seen(store_url):
    async def work(database):
        await write(database, changes.bump, "schema")
        async with database.write() as connection:
            await changes.bump(connection, "schema")
            during = await read(database, changes.numbers)
        return during, await read(database, changes.numbers)

    assert run_with(store_url, work) == ({"schema": 1}, {"schema": 2})
