"""What was played, added up, from proofs of play."""

import dataclasses
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Double,
    Integer,
    Row,
    Select,
    and_,
    case,
    column,
    func,
    or_,
    select,
    values,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from serving.advertising.decisions.lift_state import Decision
from serving.advertising.store.database import Database
from serving.advertising.store.tables import decisions, plays

_PAGE = 2000
_SUMS = (
    func.count().label("plays"),
    func.sum(case((plays.c.completed, 1), else_=0)).label("completed"),
    func.sum(plays.c.actual_end - plays.c.actual_start).label("seconds"),
    func.coalesce(func.sum(plays.c.audience), 0).label("audience"),
)


@dataclasses.dataclass(frozen=True)
class Period:
    """Plays that began within some time, of all campaigns or one.

    Attributes:
      since, until: Seconds since the epoch; the end is exclusive.
      campaign: Name of the campaign.
    """

    since: float
    until: float
    campaign: str | None = None

    def contains(self) -> ColumnElement[bool]:
        """The condition on `plays`."""
        begins = and_(plays.c.actual_start >= self.since, plays.c.actual_start < self.until)
        return begins if self.campaign is None else and_(begins, plays.c.campaign == self.campaign)


@dataclasses.dataclass(frozen=True)
class Total:
    """Plays added up.

    Attributes:
      plays: Plays that began.
      completed: Those that were shown to their end.
      seconds: Seconds that they were shown.
      audience: Opportunities to see: people there, of the plays with `min_audience` or more.
    """

    plays: int = 0
    completed: int = 0
    seconds: float = 0.0
    audience: int = 0

    def __add__(self, other: "Total") -> "Total":
        return Total(
            self.plays + other.plays,
            self.completed + other.completed,
            self.seconds + other.seconds,
            self.audience + other.audience,
        )


async def by_time(
    connection: AsyncConnection, edges: Sequence[float], campaign: str | None = None
) -> dict[str, list[Total]]:
    """Totals of each campaign that played, in each of some spans of time.

    Args:
      connection: A connection.
      edges: Where the spans begin, and where the last ends: seconds since the epoch, growing.
      campaign: Name of the one campaign that is wanted.
    """
    spans = [(number, *span) for number, span in enumerate(pairwise(edges))]
    columns = column("number", Integer), column("since", Double), column("until", Double)
    span = values(*columns, name="spans").data(spans).cte("spans").c
    within = and_(plays.c.actual_start >= span.since, plays.c.actual_start < span.until)
    asked = (
        select(plays.c.campaign, span.number, *_SUMS)
        .where(within, Period(edges[0], edges[-1], campaign).contains())
        .group_by(plays.c.campaign, span.number)
    )
    found: dict[str, list[Total]] = defaultdict(lambda: [Total()] * len(spans))
    for name, number, *sums in await connection.execute(asked):
        found[name][number] = Total(*sums)
    return dict(sorted(found.items()))


async def by_screen(
    connection: AsyncConnection, period: Period, *, limit: int
) -> list[tuple[str, str, Total]]:
    """Screen, campaign and total of a period, by screen, up to some number of them."""
    asked = (
        select(plays.c.screen, plays.c.campaign, *_SUMS)
        .where(period.contains())
        .group_by(plays.c.screen, plays.c.campaign)
        .order_by(plays.c.screen, plays.c.campaign)
        .limit(limit)
    )
    rows = await connection.execute(asked)
    return [(screen, campaign, Total(*sums)) for screen, campaign, *sums in rows]


def proofs(database: Database, period: Period) -> AsyncIterator[Sequence[Row[Any]]]:
    """All plays of a period by their start, in pages of rows of `plays`.

    No connection is held while a page is made use of, however long that takes.
    """
    return _pages(
        database, select(plays).where(period.contains()), plays.c.actual_start, plays.c.id
    )


@dataclasses.dataclass
class Share:
    """A campaign's share of voice.

    Attributes:
      shown: Seconds that its decisions were shown.
      due: Seconds that were due to it by the weights, of all decisions for which it could play.
    """

    shown: float = 0.0
    due: float = 0.0


async def shares(
    database: Database, since: float, until: float, *, limit: int
) -> dict[str, Share] | None:
    """Each campaign's share of voice in the decisions of a period that were proved.

    Args:
      database: The store.
      since, until: Seconds since the epoch; the end is exclusive.
      limit: Decisions beyond which nothing is added up.

    Returns:
      Shares by campaign; None where there are more decisions than `limit`.
    """
    proved = and_(
        decisions.c.made_at >= since,
        decisions.c.made_at < until,
        decisions.c.seconds_shown.is_not(None),
    )
    async with database.read() as connection:
        number = select(func.count()).select_from(decisions).where(proved)
        if (await connection.execute(number)).scalar_one() > limit:
            return None
    asked = select(decisions).where(proved)
    found: dict[str, Share] = defaultdict(Share)
    async for page in _pages(database, asked, decisions.c.made_at, decisions.c.id):
        for row in page:
            _add(found, Decision.model_validate_json(row.decided), row.seconds_shown)
    return dict(sorted(found.items()))


def _add(found: dict[str, Share], decision: Decision, seconds: float) -> None:
    found[decision.campaign].shown += seconds
    for name, share in decision.due.items():
        found[name].due += seconds * share


async def _pages(
    database: Database, asked: Select[Any], at: Column[float], key: Column[str]
) -> AsyncIterator[Sequence[Row[Any]]]:
    """The rows of a query by time and key, so many at a time."""
    asked = asked.order_by(at, key).limit(_PAGE)
    page = await _page(database, asked)
    while page:
        yield page
        last = page[-1]._mapping
        later = or_(at > last[at], and_(at == last[at], key > last[key]))
        page = await _page(database, asked.where(at >= last[at], later))


async def _page(database: Database, asked: Select[Any]) -> Sequence[Row[Any]]:
    async with database.read() as connection:
        return (await connection.execute(asked)).all()
