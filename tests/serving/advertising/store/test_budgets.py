"""Budgets of all lifts together: never more is taken than there is."""

import asyncio
import json

from sqlalchemy import select

from serving.advertising.rules.policy import Policy
from serving.advertising.rules.reading import read_rules
from serving.advertising.store import budgets
from serving.advertising.store.tables import budgets as table
from tests.serving.advertising.store.opened import opened, read, run_with, write

NOON = 1_780_315_200.0  # 1 June 2026, 12:00 UTC
DAY = 86_400.0


def schema_of(timezone="UTC", **by_campaign):
    campaigns = {
        name: {"creatives": ["x"]} | ({"budget": budget} if budget else {})
        for name, budget in by_campaign.items()
    }
    text = {"timezone": timezone, "default_playlist": ["x"], "campaigns": campaigns}
    return read_rules(json.dumps(text), Policy(sensitive=())).schema


TEN = schema_of(ten={"plays": 10, "pacing": "asap"})


async def spent(database):
    async with database.read() as connection:
        asked = select(table.c.campaign, table.c.period, table.c.spent)
        return {(name, period): spent for name, period, spent in await connection.execute(asked)}


def test_of_fifty_plays_at_once_a_budget_of_ten_allows_ten(store_url):
    async def work(database):
        async with opened(store_url) as other:
            taken = await asyncio.gather(
                *(
                    write([database, other][number % 2], budgets.reserve, TEN, "ten", 1.0, NOON)
                    for number in range(50)
                )
            )
        return sum(taken), await spent(database)

    assert run_with(store_url, work) == (10, {("ten", "2026-06-01"): 10.0})


def test_a_pace_holds_across_gateways(store_url):
    even = schema_of(even={"plays": 96, "catch_up": "30m"})

    async def work(database):
        async with opened(store_url) as other:
            return [
                sum(
                    await asyncio.gather(
                        *(
                            write(it, budgets.reserve, even, "even", 1.0, NOON + time)
                            for it in (database, other) * 4
                        )
                    )
                )
                for time in (0, 899, 900, 7200)
            ]

    assert run_with(store_url, work) == [3, 0, 1, 3]


def test_what_is_given_back_can_be_taken_again_on_the_day_it_was_taken(store_url):
    async def work(database):
        for _ in range(10):
            assert await write(database, budgets.reserve, TEN, "ten", 1.0, NOON)
        before = await read(database, budgets.exhausted, TEN, ["ten"], NOON)
        await write(database, budgets.refund, TEN, "ten", 1.0, NOON)
        between = await read(database, budgets.exhausted, TEN, ["ten"], NOON)
        taken = [await write(database, budgets.reserve, TEN, "ten", 1.0, NOON) for _ in range(2)]
        tomorrow = await write(database, budgets.reserve, TEN, "ten", 1.0, NOON + DAY)
        await write(database, budgets.refund, TEN, "ten", 3.0, NOON)
        return before, between, taken, tomorrow, await spent(database)

    assert run_with(store_url, work) == (
        {"ten"},
        set(),
        [True, False],
        True,
        {("ten", "2026-06-01"): 7.0, ("ten", "2026-06-02"): 1.0},
    )


def test_a_late_proof_spends_what_had_been_given_back(store_url):
    async def work(database):
        await write(database, budgets.reserve, TEN, "ten", 1.0, NOON)
        await write(database, budgets.refund, TEN, "ten", 1.0, NOON)
        await write(database, budgets.spend, TEN, "ten", 1.0, NOON)
        return await spent(database)

    assert run_with(store_url, work) == {("ten", "2026-06-01"): 1.0}


def test_campaigns_without_a_budget_and_strangers_have_nothing_to_keep(store_url):
    free = schema_of(free=None)

    async def work(database):
        taken = await write(database, budgets.reserve, free, "free", 0.0, NOON)
        await write(database, budgets.refund, free, "free", 1.0, NOON)
        await write(database, budgets.refund, free, "gone", 1.0, NOON)
        await write(database, budgets.lock, free, [("free", NOON), ("gone", NOON)])
        return (
            taken,
            await read(database, budgets.exhausted, free, ["free"], NOON),
            await spent(database),
        )

    assert run_with(store_url, work) == (True, set(), {})


def test_a_budget_is_exhausted_for_a_play_that_it_cannot_pay(store_url):
    spent_of_a_hundred = {"nine": 91.0, "none": 100.0}
    hundred = {"seconds": 100, "pacing": "asap"}
    schema = schema_of(nine=hundred, none=hundred)

    async def exhausted(database, **seconds):
        names = schema.campaigns
        return await read(database, budgets.exhausted, schema, names, NOON, **seconds)

    async def work(database):
        for name, seconds in spent_of_a_hundred.items():
            await write(database, budgets.reserve, schema, name, seconds, NOON)
        return [
            await exhausted(database),
            await exhausted(database, seconds={"nine": 9.0}),
            await exhausted(database, seconds={"nine": 9.5}),
        ]

    assert run_with(store_url, work) == [{"none"}, {"none"}, {"none", "nine"}]


def test_the_days_of_a_budget_are_those_of_the_schemas_time_zone(store_url):
    berlin = schema_of("Europe/Berlin", one={"plays": 1, "pacing": "asap"})
    midnight = NOON + 10 * 3600  # 22:00 UTC

    async def work(database):
        return [
            await write(database, budgets.reserve, berlin, "one", 1.0, time)
            for time in (midnight - 1, midnight - 1, midnight, midnight + DAY - 1)
        ]

    assert run_with(store_url, work) == [True, False, True, False]


def test_a_campaigns_budget_lasts_over_its_days(store_url):
    whole = schema_of(whole={"plays": 3, "per": "campaign", "pacing": "asap"})

    async def work(database):
        return [
            await write(database, budgets.reserve, whole, "whole", 1.0, NOON + day * DAY)
            for day in range(5)
        ]

    assert run_with(store_url, work) == [True, True, True, False, False]


def test_transactions_that_change_several_budgets_do_not_wait_for_each_other_for_ever(store_url):
    """Each gives one back and takes another, half of them the other way round."""
    two = schema_of(a={"plays": 1000, "pacing": "asap"}, b={"plays": 1000, "pacing": "asap"})

    async def swap(database, given, taken):
        async with database.write() as connection:
            await budgets.lock(connection, two, [(given, NOON), (taken, NOON)])
            await budgets.refund(connection, two, given, 1.0, NOON)
            await asyncio.sleep(0.001)
            return await budgets.reserve(connection, two, taken, 1.0, NOON)

    async def work(database):
        for name in "ab":
            await write(database, budgets.reserve, two, name, 500.0, NOON)
        async with opened(store_url) as other:
            taken = await asyncio.gather(
                *(
                    swap([database, other][number // 2 % 2], *("ab" if number % 2 else "ba"))
                    for number in range(40)
                )
            )
        return all(taken), await spent(database)

    assert run_with(store_url, work) == (
        True,
        {("a", "2026-06-01"): 500.0, ("b", "2026-06-01"): 500.0},
    )
