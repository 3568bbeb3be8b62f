"""Lifts: enrolment, tokens, and which snapshots are let in."""

import asyncio
import uuid

import pytest

from graftnet_tf.errors import GraftNetError
from serving.advertising.decisions.facts import Lift
from serving.advertising.decisions.lift_state import LiftState
from serving.advertising.store import lifts, screens
from serving.advertising.store.lifts import Refusal, Ticket
from serving.advertising.store.tokens import token_hash
from tests.serving.advertising.store.opened import enrol_one, opened, read, run_with, write

BOOTS = [str(uuid.UUID(int=number)) for number in range(40)]
NOW = 1_000_000.0
RATE = {"interval": 2.0, "burst": 3}


async def admit(database, token, sequence, *, boot=0, now=NOW, lift="lift-1", **rate):
    """What becomes of a snapshot: "in", or why not."""
    answer = await write(
        database, lifts.admit, lift, token, BOOTS[boot], sequence, now=now, **{**RATE, **rate}
    )
    return "in" if isinstance(answer, Ticket) else answer.why


def test_a_lift_is_enrolled_once_and_its_token_is_kept_as_a_hash(store_url):
    async def work(database):
        token = await write(
            database,
            lifts.enrol,
            "lift-1",
            now=7.0,
            group="east",
            tags=["vip", "new"],
            timezone="Asia/Kolkata",
        )
        with pytest.raises(GraftNetError, match=r"^There is a lift lift-1 already; choose another"):
            await write(database, lifts.enrol, "lift-1", now=8.0)
        [row] = await read(database, lifts.listed)
        lift, state = await read(database, lifts.read_state, "lift-1")
        async with database.write() as connection:
            _, _, whole = await lifts.lock_state(connection, "lift-1")
        return token, dict(row), lift, state, whole

    token, row, lift, state, whole = run_with(store_url, work)
    assert len(token) == 43  # 256 bits
    assert whole.token_hash == token_hash(token)
    assert token not in str(whole)
    assert (row["group_name"], row["tags"], row["timezone"]) == (
        "east",
        ["vip", "new"],
        "Asia/Kolkata",
    )
    assert (row["enabled"], row["has_token"], row["seen_at"]) == (True, True, None)
    assert lift == Lift("lift-1", "east", ("vip", "new"), "Asia/Kolkata")
    assert state == LiftState()


def test_tokens_are_rotated_and_revoked(store_url):
    async def work(database):
        first, _ = await enrol_one(database)
        answers = [await admit(database, first, 1)]
        second = await write(database, lifts.rotate_token, "lift-1")
        answers += [await admit(database, token, 2) for token in (first, second)]
        await write(database, lifts.revoke_token, "lift-1")
        answers += [await admit(database, token, 3) for token in (first, second, "", "\0")]
        third = await write(database, lifts.rotate_token, "lift-1")
        answers.append(await admit(database, third, 3))
        [row] = await read(database, lifts.listed)
        return answers, row["has_token"]

    assert run_with(store_url, work) == (
        ["in", "token", "in", "token", "token", "token", "token", "in"],
        True,
    )


def test_a_token_is_of_one_lift_and_a_lift_can_be_switched_off(store_url):
    async def work(database):
        own, _ = await enrol_one(database)
        other = await write(database, lifts.enrol, "lift-2", now=0.0)
        answers = [
            await admit(database, other, 1),
            await admit(database, own, 1, lift="lift-2"),
            await admit(database, own, 1, lift="lift-9"),
        ]
        await write(database, lifts.switch, "lift-1", enabled=False)
        answers.append(await admit(database, own, 1))
        await write(database, lifts.switch, "lift-1", enabled=True)
        answers.append(await admit(database, own, 1))
        return answers

    assert run_with(store_url, work) == ["lift", "lift", "lift", "off", "in"]


def test_what_is_not_there_cannot_be_changed(store_url):
    async def work(database):
        for change in (lifts.rotate_token, lifts.revoke_token, lifts.remove, lifts.read_state):
            with pytest.raises(GraftNetError, match=r"^There is no lift lift-9\.$"):
                await write(database, change, "lift-9")

    run_with(store_url, work)


def test_a_lift_goes_with_its_screens_and_boots(store_url):
    async def work(database):
        token, shown = await enrol_one(database)
        for boot in range(3):
            assert await admit(database, token, 1, boot=boot) == "in"
        await write(database, lifts.remove, "lift-1")
        answers = [await admit(database, token, 9), await read(database, screens.by_token, shown)]
        again = await write(database, lifts.enrol, "lift-1", now=0.0)
        return [*answers, await admit(database, again, 1, boot=0)]

    assert run_with(store_url, work) == ["token", None, "in"]


def test_the_order_of_snapshots_within_a_boot_and_of_boots(store_url):
    table = [
        # (boot, sequence), each ten seconds after the one before
        ([(0, 1), (0, 2), (0, 3)], "in in in"),
        ([(0, 5), (0, 5), (0, 4), (0, 6)], "in stale stale in"),
        ([(0, 5), (0, 2**62), (0, 6)], "in in stale"),
        ([(0, 5), (1, 1), (0, 6), (1, 2)], "in in stale in"),
        ([(0, 5), (1, 1), (2, 1), (0, 6), (1, 2), (2, 2)], "in in in stale stale in"),
        ([(0, 1), (1, 5), (1, 5)], "in in stale"),
    ]

    async def answers(database, lift, snapshots):
        token = await write(database, lifts.enrol, lift, now=0.0)
        return " ".join(
            [
                await admit(database, token, sequence, boot=boot, lift=lift, now=NOW + 10 * place)
                for place, (boot, sequence) in enumerate(snapshots)
            ]
        )

    async def work(database):
        return [
            await answers(database, f"lift-{row}", snapshots)
            for row, (snapshots, _) in enumerate(table)
        ]

    assert run_with(store_url, work) == [expected for _, expected in table]


def test_the_last_sixteen_boots_are_remembered_as_over(store_url):
    async def work(database):
        token, _ = await enrol_one(database)
        for boot in range(20):
            assert await admit(database, token, 1, boot=boot, now=NOW + 10 * boot) == "in"
        return [await admit(database, token, 2, boot=boot, now=NOW + 1000) for boot in range(3, 19)]

    assert run_with(store_url, work) == ["stale"] * 16


def test_the_rate_by_hand_across_two_gateways(store_url):
    """One snapshot in 2 s lastingly, three at once (GCRA)."""
    arrivals = [
        # seconds, and the wait of a refusal
        (0.0, None),
        (0.0, None),
        (0.0, None),
        (0.0, 2.0),
        (1.5, 0.5),
        (2.0, None),
        (2.0, 2.0),
        (4.0, None),
        (7.0, None),  # one second was saved up
        (8.0, None),
        (8.0, 2.0),
        (100.0, None),  # no more than three are
        (100.0, None),
        (100.0, None),
        (100.0, 2.0),
    ]

    async def work(database):
        token, _ = await enrol_one(database)
        waits = []
        async with opened(store_url) as other:
            for number, (time, _) in enumerate(arrivals):
                answer = await write(
                    [database, other][number % 2],
                    lifts.admit,
                    "lift-1",
                    token,
                    BOOTS[0],
                    number + 1,
                    now=NOW + time,
                    **RATE,
                )
                refused = isinstance(answer, Refusal)
                assert not refused or answer.why == "rate"
                waits.append(pytest.approx(answer.retry_after) if refused else None)
        return waits

    assert run_with(store_url, work) == [wait for _, wait in arrivals]


def test_a_snapshot_that_came_too_soon_may_come_again(store_url):
    async def work(database):
        token, _ = await enrol_one(database)
        answers = [
            await admit(database, token, 1, burst=1),
            await admit(database, token, 2, burst=1),
        ]
        return [*answers, await admit(database, token, 2, burst=1, now=NOW + 2)]

    assert run_with(store_url, work) == ["in", "rate", "in"]


def test_a_clock_that_is_set_back_locks_no_lift_out(store_url):
    async def work(database):
        token, _ = await enrol_one(database)
        await admit(database, token, 1, now=NOW + 3600)
        return [await admit(database, token, number, now=NOW) for number in (2, 3, 4, 5)]

    assert run_with(store_url, work) == ["in", "in", "in", "rate"]


def test_clocks_of_gateways_that_are_a_little_apart_allow_no_more(store_url):
    async def work(database):
        token, _ = await enrol_one(database)
        return [
            await admit(database, token, number + 1, now=NOW - 5 * (number % 2))
            for number in range(8)
        ]

    assert run_with(store_url, work).count("in") <= 3


def test_of_one_snapshot_that_comes_twenty_times_at_once_one_is_let_in(store_url):
    async def work(database):
        token, _ = await enrol_one(database)
        async with opened(store_url) as other:
            return await asyncio.gather(
                *(
                    admit([database, other][number % 2], token, 1, interval=1e-6)
                    for number in range(20)
                )
            )

    answers = run_with(store_url, work)
    assert sorted(answers) == ["in"] + ["stale"] * 19


def test_of_many_snapshots_at_once_no_more_than_the_burst_is_let_in(store_url):
    async def work(database):
        token, _ = await enrol_one(database)
        async with opened(store_url) as other:
            return await asyncio.gather(
                *(admit([database, other][number % 2], token, number + 1) for number in range(20))
            )

    answers = run_with(store_url, work)
    assert 1 <= answers.count("in") <= 3
    assert set(answers) <= {"in", "stale", "rate"}


def test_boots_that_begin_at_once_end_each_other_once(store_url):
    async def work(database):
        token, _ = await enrol_one(database)
        answers = await asyncio.gather(
            *(admit(database, token, 1, boot=boot, burst=99) for boot in range(10))
        )
        later = [await admit(database, token, 2, boot=boot, burst=99) for boot in range(10)]
        return answers, later

    answers, later = run_with(store_url, work)
    assert answers == ["in"] * 10
    assert sorted(later) == ["in"] + ["stale"] * 9


def test_a_state_is_kept_as_it_is(store_url):
    state = LiftState.model_validate(
        {
            "outcomes": [{"at": 1.25, "present": True, "met": ["a", "b"], "audience": 7}],
            "busy_until": 1e9 + 0.1,
            "balances": {"a": -0.1, "ü": 1e-9},
            "turns": {"a": 3},
            "waiting": {
                "id": "1",
                "campaign": "a",
                "creative": "x",
                "sha256": "ab",
                "seconds": 0.1,
                "made_at": 1.0,
                "expires_at": 2.0,
                "due": {"a": 1 / 3, "b": 2 / 3},
                "budgeted": 1.0,
            },
        }
    )

    async def work(database):
        await enrol_one(database)
        await write(database, lifts.keep_state, "lift-1", state)
        return await read(database, lifts.read_state, "lift-1")

    assert run_with(store_url, work)[1] == state.model_copy(update={"version": 1})


def test_a_state_that_is_locked_is_changed_by_one_at_a_time(store_url):
    async def add(database):
        async with database.write() as connection:
            _, state, _ = await lifts.lock_state(connection, "lift-1")
            state = state.model_copy(update={"busy_until": state.busy_until + 1})
            return (await lifts.keep_state(connection, "lift-1", state)).version

    async def work(database):
        await enrol_one(database)
        async with opened(store_url) as other:
            versions = await asyncio.gather(
                *(add([database, other][number % 2]) for number in range(20))
            )
        _, state = await read(database, lifts.read_state, "lift-1")
        return sorted(versions), state.busy_until

    assert run_with(store_url, work) == (list(range(1, 21)), 20)
