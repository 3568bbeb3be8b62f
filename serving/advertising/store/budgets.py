"""What campaigns spent, in all lifts together."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from serving.advertising.rules import pacing
from serving.advertising.rules.pacing import Spending
from serving.advertising.rules.schema import Schema
from serving.advertising.store.insert_once import insert_once
from serving.advertising.store.tables import budgets

_SHORTEST = 0.001


async def exhausted(
    connection: AsyncConnection,
    schema: Schema,
    names: Iterable[str],
    now: float,
    *,
    seconds: Mapping[str, float] = MappingProxyType({}),
) -> frozenset[str]:
    """Which of some campaigns have a budget that allows no play now.

    Args:
      connection: A connection.
      schema: The schema in force.
      names: The campaigns that are asked about.
      now: Seconds since the epoch.
      seconds: How long each one's next play is; the shortest there is for those that are missing.
    """
    found = set()
    for name in names:
        campaign = schema.campaigns[name]
        if campaign.budget is None:
            continue
        period = pacing.period(campaign.budget, now, schema.timezone)
        spending = await _spending(connection, name, period)
        cost = campaign.budget.cost(seconds.get(name, _SHORTEST))
        if pacing.reserve(campaign, spending, cost, now, schema.timezone) is None:
            found.add(name)
    return frozenset(found)


async def lock(
    connection: AsyncConnection, schema: Schema, taken: Iterable[tuple[str, float]]
) -> None:
    """Locks budgets in one order, as whoever changes more than one in a transaction must.

    Args:
      connection: A transaction.
      schema: The schema in force.
      taken: Campaigns, each with a time, in seconds since the epoch, of the period that is meant.
    """
    periods = {
        (name, pacing.period(campaign.budget, at, schema.timezone))
        for name, at in taken
        if (campaign := schema.campaigns.get(name)) and campaign.budget
    }
    for name, period in sorted(periods):
        await _locked(connection, name, period)


async def reserve(
    connection: AsyncConnection, schema: Schema, name: str, cost: float, now: float
) -> bool:
    """Takes a play out of a campaign's budget, or tells that nothing is left.

    The row is locked until the transaction ends, so that no two lifts take the last play.
    """
    campaign = schema.campaigns[name]
    if campaign.budget is None:
        return True
    period = pacing.period(campaign.budget, now, schema.timezone)
    spending = await _locked(connection, name, period)
    after = pacing.reserve(campaign, spending, cost, now, schema.timezone)
    if after is not None:
        await _keep(connection, name, period, after)
    return after is not None


async def spend(
    connection: AsyncConnection, schema: Schema, name: str, cost: float, made_at: float
) -> None:
    """Takes out what was shown although it had been put back."""
    await refund(connection, schema, name, -cost, made_at)


async def refund(
    connection: AsyncConnection, schema: Schema, name: str, cost: float, made_at: float
) -> None:
    """Puts back what a play took that was not shown; `made_at` is when it took it."""
    campaign = schema.campaigns.get(name)
    if campaign is None or campaign.budget is None or cost == 0:
        return
    period = pacing.period(campaign.budget, made_at, schema.timezone)
    spending = await _locked(connection, name, period)
    after = pacing.refund(campaign, spending, cost, made_at, schema.timezone)
    await _keep(connection, name, period, after)


async def _spending(connection: AsyncConnection, name: str, period: str) -> Spending:
    row = (await connection.execute(_asked(name, period))).first()
    return Spending(row.spent, row.pace_at) if row else Spending()


async def _locked(connection: AsyncConnection, name: str, period: str) -> Spending:
    await insert_once(connection, budgets, campaign=name, period=period, spent=0.0, pace_at=0.0)
    row = (await connection.execute(_asked(name, period).with_for_update())).one()
    return Spending(row.spent, row.pace_at)


async def _keep(connection: AsyncConnection, name: str, period: str, spending: Spending) -> None:
    await connection.execute(
        budgets.update()
        .where(budgets.c.campaign == name, budgets.c.period == period)
        .values(spent=spending.spent, pace_at=spending.pace_at)
    )


def _asked(name: str, period: str) -> Select[tuple[float, float]]:
    return select(budgets.c.spent, budgets.c.pace_at).where(
        budgets.c.campaign == name, budgets.c.period == period
    )
