"""Reports by campaign: plays, seconds and opportunities to see."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from graftnet_tf.errors import GraftNetError
from serving.advertising.operator_pages.chart import Chart, stacked_bars
from serving.advertising.operator_pages.forms import checked
from serving.advertising.operator_pages.period import Choice, last_days
from serving.advertising.operator_pages.plays_csv import plays_csv
from serving.advertising.operator_pages.visit import Viewer, Visit
from serving.advertising.rules.calendar import local_time
from serving.advertising.rules.schema import DEFAULT_CAMPAIGN
from serving.advertising.store import reports
from serving.advertising.store.reports import Total

router = APIRouter(prefix="/operator/reports")
_SCREENS_SHOWN = 200
_DECISIONS_ADDED = 200_000
_FORMS = {"day": "%a %d %b", "hour": "%a %d, %H:%M"}


@router.get("")
async def get_report(visit: Viewer) -> Response:
    """The report of a period; the last seven days unless another is asked for."""
    timezone = _timezone(visit)
    query = visit.request.query_params
    problem = None
    choice = last_days(visit.now, timezone)
    if query:
        try:
            choice = checked(Choice, query)
        except GraftNetError as error:
            problem = str(error)
    return await _page(visit, choice, problem)


@router.get("/plays.csv")
async def get_plays(visit: Viewer, choice: Annotated[Choice, Query()]) -> Response:
    """Every play of a period."""
    name = f"plays_{choice.first}_{choice.last}.csv"
    return StreamingResponse(
        plays_csv(visit.gateway.database, choice.period(_timezone(visit))),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _page(visit: Visit, choice: Choice, problem: str | None) -> Response:
    database, timezone = visit.gateway.database, _timezone(visit)
    edges, period = choice.edges(timezone), choice.period(timezone)
    async with database.read() as connection:
        spans = await reports.by_time(connection, edges, choice.campaign)
        screens = await reports.by_screen(connection, period, limit=_SCREENS_SHOWN)
    shares = await reports.shares(database, period.since, period.until, limit=_DECISIONS_ADDED)
    labels = [f"{local_time(edge, timezone):{_FORMS[choice.by]}}" for edge in edges[:-1]]
    schema = visit.gateway.catalog.rules.schema
    return visit.page(
        "reports.html",
        status=400 if problem else 200,
        problem=problem,
        choice=choice,
        csv_query=urlencode(choice.query()),
        campaigns=sorted({*schema.campaigns, DEFAULT_CAMPAIGN, *spans}),
        totals={name: reduce(add, totals) for name, totals in spans.items()},
        all_plays=reduce(add, (total for totals in spans.values() for total in totals), Total()),
        chart=_chart(spans, labels),
        spans=_rows(spans, labels),
        screens=screens,
        screens_shown=_SCREENS_SHOWN,
        shares=shares,
        min_audience=schema.min_audience,
    )


def _timezone(visit: Visit) -> str:
    return visit.gateway.catalog.rules.schema.timezone


def _chart(spans: Mapping[str, Sequence[Total]], labels: Sequence[str]) -> Chart | None:
    minutes = {name: [total.seconds / 60 for total in totals] for name, totals in spans.items()}
    return stacked_bars(minutes, labels) if minutes else None


def _rows(
    spans: Mapping[str, Sequence[Total]], labels: Sequence[str]
) -> list[tuple[str, str, Total]]:
    """Span, campaign and total, by time, where anything was played."""
    return [
        (label, name, totals[place])
        for place, label in enumerate(labels)
        for name, totals in spans.items()
        if totals[place].plays
    ]
