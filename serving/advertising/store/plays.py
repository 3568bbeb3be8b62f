"""Proofs of play: complete plays, each once, whatever how often it is delivered."""

import json
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy.ext.asyncio import AsyncConnection

from serving.advertising.store.insert_once import insert_once
from serving.advertising.store.screens import Screen
from serving.advertising.store.tables import bad_plays, plays

LONGEST_SECONDS = 3600.0
_MILLISECONDS = 1000.0
_RECORD_CHARACTERS = 2000
Uuid = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Milliseconds = Annotated[int, Field(ge=0, le=32503680000000)]


class Play(BaseModel):
    """A play as its screen reports it, from its start to its end; times in milliseconds.

    Attributes:
      id: UUID that the screen made.
      creative: Hash of what was shown.
      campaign: Whose it was.
      decision_id: Decision that it followed; None in the default playlist.
      scheduled_start, scheduled_end: When it was to be shown.
      actual_start, actual_end: When it was shown.
      completed: Whether it was shown to its end.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Uuid
    creative: Sha256
    campaign: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    decision_id: Uuid | None = None
    scheduled_start: Milliseconds
    scheduled_end: Milliseconds
    actual_start: Milliseconds
    actual_end: Milliseconds
    completed: bool

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.actual_end < self.actual_start or self.scheduled_end < self.scheduled_start:
            raise PydanticCustomError("order", "it ends before it starts")
        if self.seconds > LONGEST_SECONDS:
            raise PydanticCustomError("length", "it lasts longer than an hour")
        return self

    @property
    def seconds(self) -> float:
        """How long it was shown."""
        return (self.actual_end - self.actual_start) / _MILLISECONDS


async def add(
    connection: AsyncConnection, screen: Screen, play: Play, *, now: float, audience: int | None
) -> bool:
    """Writes down a play; returns False where it was there already."""
    return await insert_once(
        connection,
        plays,
        id=play.id,
        screen=screen.name,
        lift=screen.lift,
        campaign=play.campaign,
        creative_hash=play.creative,
        scheduled_start=play.scheduled_start / _MILLISECONDS,
        scheduled_end=play.scheduled_end / _MILLISECONDS,
        actual_start=play.actual_start / _MILLISECONDS,
        actual_end=play.actual_end / _MILLISECONDS,
        completed=play.completed,
        decision_id=play.decision_id,
        audience=audience,
        received_at=now,
    )


async def put_aside(
    connection: AsyncConnection, screen: Screen, record: Any, reason: str, *, now: float
) -> None:
    """Keeps a record that is no play, so that it blocks nothing and is not lost."""
    await connection.execute(
        bad_plays.insert().values(
            screen=screen.name,
            received_at=now,
            reason=reason.encode("ascii", "backslashreplace").decode().replace("\0", r"\0"),
            record=json.dumps(record, ensure_ascii=True)[:_RECORD_CHARACTERS],
        )
    )
