"""Proofs of play as CSV, whose cells no spreadsheet takes for formulas."""

import datetime
from collections.abc import AsyncIterator
from typing import Any

from graftnet_tf.io.csv_tables import to_csv
from serving.advertising.store import reports
from serving.advertising.store.database import Database
from serving.advertising.store.reports import Period

COLUMNS = (
    "screen",
    "campaign",
    "creative_hash",
    "scheduled_start",
    "scheduled_end",
    "actual_start",
    "actual_end",
    "completed",
    "decision_id",
    "opportunity_to_see",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def plays_csv(database: Database, period: Period) -> AsyncIterator[str]:
    """The lines of a file, some thousand at a time."""
    yield to_csv(COLUMNS, [])
    async for page in reports.proofs(database, period):
        first, *others = map(_cells, page)
        yield to_csv(first, others)


def _cells(play: Any) -> list[str]:
    return [
        guarded(play.screen),
        guarded(play.campaign),
        guarded(play.creative_hash),
        *map(_iso, (play.scheduled_start, play.scheduled_end)),
        *map(_iso, (play.actual_start, play.actual_end)),
        "true" if play.completed else "false",
        guarded(play.decision_id or ""),
        "" if play.audience is None else str(play.audience),
    ]


def guarded(text: str) -> str:
    """A text as a cell: with an apostrophe before what would begin a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _iso(at: float) -> str:
    """An instant in UTC by ISO 8601, to the millisecond."""
    instant = datetime.datetime.fromtimestamp(round(at, 3), datetime.UTC)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
