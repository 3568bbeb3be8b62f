"""Decisions as they are written down, and what is removed when its time is over."""

import uuid

from sqlalchemy import func, select

from serving.advertising.decisions.lift_state import Decision
from serving.advertising.store import decision_log, plays, retention
from serving.advertising.store.tables import bad_plays, decisions
from serving.advertising.store.tables import plays as plays_table
from tests.serving.advertising.store.opened import SCREEN, read, run_with, write
from tests.serving.advertising.store.test_plays import a_play


def a_decision(identifier="1", made_at=100.0, campaign="prams"):
    return Decision(
        id=identifier,
        campaign=campaign,
        creative="pram",
        sha256="ab" * 32,
        seconds=10.0,
        made_at=made_at,
        expires_at=made_at + 30,
        due={"prams": 2 / 3, "vans": 1 / 3},
        longest=12.5,
        budgeted=1.0,
        audience=6,
    )


def test_a_decision_is_found_as_it_was_in_its_own_lift_alone(store_url):
    async def work(database):
        await write(database, decision_log.add, "lift-1", a_decision())
        found = [await read(database, decision_log.find, "lift-1", "1")]
        await write(database, decision_log.prove, "1", began_at=105.0, seconds_shown=8.5)
        found.append(await read(database, decision_log.find, "lift-1", "1"))
        found.append(await read(database, decision_log.find, "lift-2", "1"))
        found.append(await read(database, decision_log.find, "lift-1", "2"))
        return found

    assert run_with(store_url, work) == [
        (a_decision(), "waiting", None),
        (a_decision(), "begun", 8.5),
        None,
        None,
    ]


def test_the_past_of_a_lift_is_what_waits_or_has_begun_there(store_url):
    async def work(database):
        for number, lift in enumerate(["lift-1"] * 4 + ["lift-2"]):
            await write(database, decision_log.add, lift, a_decision(str(number), 100.0 + number))
        await write(database, decision_log.begin, "1", 110.0)
        await write(database, decision_log.end_waiting, "2", "expired")
        await write(database, decision_log.end_waiting, "3", "withdrawn")
        return [
            sorted(
                (it.decision_id, it.began)
                for it in await read(database, decision_log.history, *asked)
            )
            for asked in (("lift-1", 99.0), ("lift-1", 105.0), ("lift-2", 0.0), ("lift-1", 110.0))
        ]

    assert run_with(store_url, work) == [
        [("0", 100.0), ("1", 110.0)],
        [("1", 110.0)],
        [("4", 104.0)],
        [],
    ]


def test_what_is_older_than_it_may_be_is_removed(store_url):
    async def counts(database):
        async with database.read() as connection:
            return [
                (await connection.execute(select(func.count()).select_from(table))).scalar_one()
                for table in (decisions, plays_table, bad_plays)
            ]

    async def work(database):
        for number in (1, 2):
            at = 100 * number
            identifier = str(uuid.UUID(int=number))
            shown = {"actual_start": at * 1000 - 5, "actual_end": at * 1000}
            play = a_play(id=identifier, **shown)
            await write(database, decision_log.add, "lift-1", a_decision(identifier, float(at)))
            await write(database, plays.add, SCREEN, play, now=9e9, audience=None)
            await write(database, plays.put_aside, SCREEN, {}, "no play", now=float(at))
        left = []
        for oldest in (99.0, 150.0, 201.0):
            await write(database, retention.prune, oldest)
            left.append(await counts(database))
        return left

    assert run_with(store_url, work) == [[2, 2, 2], [1, 1, 1], [0, 0, 0]]
