"""Proofs of play: each once, however often it comes; what is no play is put aside alone."""

import asyncio
import json
import uuid

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from serving.advertising.store import plays
from serving.advertising.store.plays import Play
from serving.advertising.store.tables import bad_plays
from serving.advertising.store.tables import plays as table
from tests.serving.advertising.store.opened import SCREEN, opened, run_with, write

RECORD = {
    "id": "8b1a7c58-9f1c-4c53-9a55-6a3b6a0f6f11",
    "creative": "ab" * 32,
    "campaign": "prams",
    "decision_id": None,
    "scheduled_start": 1_780_315_200_000,
    "scheduled_end": 1_780_315_210_000,
    "actual_start": 1_780_315_200_125,
    "actual_end": 1_780_315_208_625,
    "completed": False,
}


def a_play(**changed):
    return Play.model_validate(RECORD | changed)


async def rows(database, of):
    async with database.read() as connection:
        return (await connection.execute(select(of))).mappings().all()


def test_a_play_is_kept_whole_and_in_seconds(store_url):
    async def work(database):
        await write(database, plays.add, SCREEN, a_play(), now=99.5, audience=6)
        return await rows(database, table)

    [row] = run_with(store_url, work)
    assert dict(row) == {
        "id": RECORD["id"],
        "screen": "screen-1",
        "lift": "lift-1",
        "campaign": "prams",
        "creative_hash": "ab" * 32,
        "scheduled_start": 1_780_315_200.0,
        "scheduled_end": 1_780_315_210.0,
        "actual_start": 1_780_315_200.125,
        "actual_end": 1_780_315_208.625,
        "completed": False,
        "decision_id": None,
        "audience": 6,
        "received_at": 99.5,
    }
    assert a_play().seconds == 8.5


def test_what_is_delivered_twice_is_kept_once_as_it_came_first(store_url):
    async def work(database):
        again = a_play(completed=True, campaign="other")
        added = [
            await write(database, plays.add, SCREEN, play, now=now, audience=None)
            for play, now in ((a_play(), 1.0), (a_play(), 2.0), (again, 3.0))
        ]
        return added, await rows(database, table)

    added, [row] = run_with(store_url, work)
    assert added == [True, False, False]
    assert (row["received_at"], row["campaign"]) == (1.0, "prams")


def test_a_transaction_with_a_play_twice_goes_on(store_url):
    async def work(database):
        async with database.write() as connection:
            added = [
                await plays.add(connection, SCREEN, play, now=1.0, audience=None)
                for play in (a_play(), a_play(), a_play(id=str(uuid.UUID(int=1))))
            ]
        return added, len(await rows(database, table))

    assert run_with(store_url, work) == ([True, False, True], 2)


def test_deliveries_at_once_through_two_gateways(store_url):
    identifiers = [str(uuid.UUID(int=number)) for number in range(10)]

    async def work(database):
        async with opened(store_url) as other:
            added = await asyncio.gather(
                *(
                    write(gateway, plays.add, SCREEN, a_play(id=it), now=1.0, audience=None)
                    for it in identifiers
                    for gateway in (database, other, database)
                )
            )
        return added, await rows(database, table)

    added, kept = run_with(store_url, work)
    assert sum(added) == 10
    assert sorted(row["id"] for row in kept) == identifiers


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"id": "8B1A7C58-9F1C-4C53-9A55-6A3B6A0F6F11"}, "String should match"),
        ({"id": RECORD["id"] + "\n"}, "String should match"),
        ({"creative": "ab"}, "String should match"),
        ({"campaign": ""}, "String should match"),
        ({"campaign": "a" * 65}, "String should match"),
        ({"campaign": "a\0"}, "String should match"),
        ({"decision_id": ""}, "String should match"),
        ({"actual_end": 1_780_315_200_124}, "it ends before it starts"),
        ({"scheduled_end": 1_780_315_199_999}, "it ends before it starts"),
        ({"actual_end": 1_780_315_200_125 + 3_600_001}, "it lasts longer than an hour"),
        ({"actual_start": -1}, "greater than or equal to 0"),
        ({"actual_end": 2**63}, "less than or equal to"),
        ({"actual_start": 1.5}, "valid integer"),
        ({"completed": "perhaps"}, "valid boolean"),
        ({"completed": None}, "valid boolean"),
        ({"score": 0.9}, "Extra inputs are not permitted"),
    ],
)
def test_what_is_no_play(changed, message):
    with pytest.raises(ValidationError, match=message):
        a_play(**changed)


def test_what_is_put_aside_is_kept_whatever_is_in_it(store_url):
    records = [
        {"id": "no play"},
        [1, None, float("inf")],
        "text with \0 and \ud800 in it",
        {"\0": "\ud800", "ü": [{}] * 5},
        None,
        {"long": "x" * 10_000},
    ]
    reasons = ["id: String should match", "\0\ud800ü: Extra inputs"]

    async def work(database):
        for record in records:
            for reason in reasons:
                await write(database, plays.put_aside, SCREEN, record, reason, now=5.0)
        return await rows(database, bad_plays)

    kept = run_with(store_url, work)
    assert {(row["screen"], row["received_at"]) for row in kept} == {("screen-1", 5.0)}
    assert [row["record"] for row in kept[::2]] == [json.dumps(it)[:2000] for it in records]
    assert {row["reason"] for row in kept} == {reasons[0], r"\0\ud800\xfc: Extra inputs"}
