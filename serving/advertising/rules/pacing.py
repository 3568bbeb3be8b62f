"""How fast a budget may be spent: a token bucket whose depth is the stated catch-up.

Kept as one number, the time up to which the pace has been used (GCRA): a play is allowed as long
as that is not ahead of now; while nothing plays it falls behind by `catch_up` seconds at most.
"""

import dataclasses
import datetime
import functools

from serving.advertising.rules.calendar import DayPart, active_seconds, local_time
from serving.advertising.rules.schema import Budget, Campaign


@dataclasses.dataclass(frozen=True)
class Spending:
    """What was spent of a budget in its period.

    Attributes:
      spent: Plays or seconds.
      pace_at: Time up to which the pace has been used, in seconds since the epoch.
    """

    spent: float = 0.0
    pace_at: float = 0.0


def period(budget: Budget, now: float, timezone: str) -> str:
    """Name of the period that an instant lies in: a date, or `campaign`."""
    return str(local_time(now, timezone).date()) if budget.per == "day" else "campaign"


def reserve(
    campaign: Campaign, spending: Spending, cost: float, now: float, timezone: str
) -> Spending | None:
    """The spending after a play, or None where the budget or its pace allows none.

    Args:
      campaign: A campaign with a budget.
      spending: What was spent in the period so far.
      cost: What the play takes, plays or seconds.
      now: Seconds since the epoch.
      timezone: The schema's.
    """
    budget = campaign.budget
    assert budget is not None
    if spending.spent + cost > budget.amount:
        return None
    if budget.pacing == "asap":
        return Spending(spending.spent + cost, now)
    pace_at = max(spending.pace_at, now - budget.catch_up)
    if pace_at > now:
        return None
    seconds_each = _period_seconds(campaign, now, timezone) / budget.amount
    return Spending(spending.spent + cost, pace_at + cost * seconds_each)


def refund(
    campaign: Campaign, spending: Spending, cost: float, now: float, timezone: str
) -> Spending:
    """The spending once a play that was reserved has not been shown; of a negative cost, has."""
    budget = campaign.budget
    assert budget is not None
    if budget.pacing == "asap":
        return Spending(max(0.0, spending.spent - cost), spending.pace_at)
    seconds_each = _period_seconds(campaign, now, timezone) / budget.amount
    return Spending(max(0.0, spending.spent - cost), spending.pace_at - cost * seconds_each)


def _period_seconds(campaign: Campaign, now: float, timezone: str) -> float:
    """Seconds of the period in which the campaign may play at all; never 0."""
    assert campaign.budget is not None
    first = last = local_time(now, timezone).date()
    if campaign.budget.per == "campaign" and campaign.dates.from_ and campaign.dates.to:
        first, last = campaign.dates.from_, campaign.dates.to
    return max(60.0, _active_seconds(first, last, campaign.day_parts, timezone))


@functools.lru_cache(maxsize=1024)
def _active_seconds(
    first: datetime.date, last: datetime.date, parts: tuple[DayPart, ...], timezone: str
) -> float:
    days = (first + datetime.timedelta(day) for day in range((last - first).days + 1))
    return sum(active_seconds(day, parts, timezone) for day in days)
