"""Decisions, which proofs of play refer to."""

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from serving.advertising.decisions.facts import PastPlay
from serving.advertising.decisions.lift_state import Decision
from serving.advertising.store.tables import decisions

Status = Literal["waiting", "begun", "expired", "withdrawn"]


async def add(connection: AsyncConnection, lift: str, decision: Decision) -> None:
    """Writes down a decision that waits."""
    await connection.execute(
        decisions.insert().values(
            id=decision.id,
            lift=lift,
            campaign=decision.campaign,
            creative_hash=decision.sha256,
            decided=decision.model_dump_json(),
            made_at=decision.made_at,
            began_at=decision.made_at,
            status="waiting",
            audience=decision.audience,
        )
    )


async def end_waiting(
    connection: AsyncConnection, identifier: str, status: Literal["expired", "withdrawn"]
) -> None:
    """Writes down that a decision was not begun."""
    await _change(connection, identifier, status=status)


async def begin(connection: AsyncConnection, identifier: str, at: float) -> None:
    """Writes down when a decision began, in seconds since the epoch."""
    await _change(connection, identifier, status="begun", began_at=at)


async def find(
    connection: AsyncConnection, lift: str, identifier: str
) -> tuple[Decision, Status, float | None] | None:
    """A decision of a lift, what became of it, and the seconds shown once that is proved."""
    asked = select(decisions.c.decided, decisions.c.status, decisions.c.seconds_shown).where(
        decisions.c.id == identifier, decisions.c.lift == lift
    )
    row = (await connection.execute(asked)).first()
    if row is None:
        return None
    return Decision.model_validate_json(row.decided), row.status, row.seconds_shown


async def prove(
    connection: AsyncConnection, identifier: str, *, began_at: float, seconds_shown: float
) -> None:
    """Writes down when a decision began, in seconds since the epoch, and how long it was shown."""
    await _change(
        connection, identifier, status="begun", began_at=began_at, seconds_shown=seconds_shown
    )


async def history(connection: AsyncConnection, lift: str, since: float) -> Sequence[PastPlay]:
    """What a lift has begun to play since a time, and what was made since and waits."""
    asked = select(decisions.c.id, decisions.c.campaign, decisions.c.began_at).where(
        decisions.c.lift == lift,
        decisions.c.began_at > since,
        decisions.c.status.in_(("waiting", "begun")),
    )
    return [PastPlay(*row) for row in await connection.execute(asked)]


async def _change(connection: AsyncConnection, identifier: str, **values: Any) -> None:
    await connection.execute(decisions.update().where(decisions.c.id == identifier).values(values))
