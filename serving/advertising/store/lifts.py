"""Lifts: enrolment, tokens, the snapshot that came last, and what is kept between snapshots."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import Row, RowMapping, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from serving.advertising.decisions.facts import Lift
from serving.advertising.decisions.lift_state import LiftState
from serving.advertising.store import by_name
from serving.advertising.store.changes import bump
from serving.advertising.store.tables import lifts, past_boots, screens
from serving.advertising.store.tokens import new_token, token_hash

_BOOTS_KEPT = 16
_CLOCKS_APART = 60.0
_SHOWN = (
    lifts.c.name,
    lifts.c.group_name,
    lifts.c.tags,
    lifts.c.timezone,
    lifts.c.enabled,
    lifts.c.seen_at,
    lifts.c.token_hash.is_not(None).label("has_token"),
)


@dataclasses.dataclass(frozen=True)
class Ticket:
    """A snapshot that was let in.

    Attributes:
      lift: Whose camera it is from.
      boot_id, sequence: Which one it is.
    """

    lift: Lift
    boot_id: str
    sequence: int


@dataclasses.dataclass(frozen=True)
class Refusal:
    """A snapshot that was not let in.

    Attributes:
      why: Whether its token is of no lift, or of another; its lift is switched off; a later one
        has come already; or it comes too soon.
      retry_after: Seconds to wait, where it came too soon.
    """

    why: Literal["token", "lift", "off", "stale", "rate"]
    retry_after: float = 0.0


async def enrol(
    connection: AsyncConnection,
    name: str,
    *,
    now: float,
    group: str = "",
    tags: Sequence[str] = (),
    timezone: str | None = None,
) -> str:
    """Adds a lift; returns the token of its camera.

    Raises:
      GraftNetError: there is one of that name.
    """
    token = new_token()
    await by_name.add(
        connection,
        lifts,
        name,
        group_name=group,
        tags=list(tags),
        timezone=timezone,
        token_hash=token_hash(token),
        enrolled_at=now,
    )
    await bump(connection, "lifts")
    return token


async def edit(
    connection: AsyncConnection,
    name: str,
    *,
    group: str = "",
    tags: Sequence[str] = (),
    timezone: str | None = None,
) -> None:
    """Changes where a lift belongs, as `enrol` takes it.

    Raises:
      GraftNetError: there is no such lift.
    """
    await by_name.change(
        connection, lifts, name, group_name=group, tags=list(tags), timezone=timezone
    )
    await bump(connection, "lifts")


async def rotate_token(connection: AsyncConnection, name: str) -> str:
    """Gives a lift's camera a new token; the former one is refused from now on.

    Raises:
      GraftNetError: there is no such lift.
    """
    token = new_token()
    await by_name.change(connection, lifts, name, token_hash=token_hash(token))
    return token


async def revoke_token(connection: AsyncConnection, name: str) -> None:
    """Refuses a lift's camera from now on.

    Raises:
      GraftNetError: there is no such lift.
    """
    await by_name.change(connection, lifts, name, token_hash=None)


async def switch(connection: AsyncConnection, name: str, *, enabled: bool) -> None:
    """Switches a lift's recognition on or off.

    Raises:
      GraftNetError: there is no such lift.
    """
    await by_name.change(connection, lifts, name, enabled=enabled)
    await bump(connection, "lifts")


async def remove(connection: AsyncConnection, name: str) -> None:
    """Removes a lift with its screens; what was played stays.

    Raises:
      GraftNetError: there is no such lift.
    """
    await connection.execute(screens.delete().where(screens.c.lift == name))
    await connection.execute(past_boots.delete().where(past_boots.c.lift == name))
    await by_name.remove(connection, lifts, name)
    await bump(connection, "lifts")


async def admit(
    connection: AsyncConnection,
    name: str,
    token: str,
    boot_id: str,
    sequence: int,
    *,
    now: float,
    interval: float,
    burst: float,
) -> Ticket | Refusal:
    """Lets a snapshot in, once, or says why not.

    Within a boot sequence numbers must grow; a boot that was followed by another is over. The
    rate is limited by the generic cell rate algorithm (ITU-T I.371), here in the store so that
    it holds across gateways.

    Args:
      connection: A transaction.
      name: Name of the lift in the address.
      token: The token that came with it.
      boot_id: UUID of the camera's boot.
      sequence: Number within that boot.
      now: Seconds since the epoch.
      interval: Seconds between snapshots at the highest lasting rate.
      burst: Snapshots that may come at once.
    """
    own = token_hash(token)
    row = (
        await connection.execute(select(lifts).where(lifts.c.token_hash == own).with_for_update())
    ).first()
    if row is None:
        return Refusal("token")
    if row.name != name:
        return Refusal("lift")
    if not row.enabled:
        return Refusal("off")
    if await _is_stale(connection, row, boot_id, sequence):
        return Refusal("stale")
    ahead = row.arrival_at - now - burst * interval
    arrival_at = row.arrival_at if ahead < _CLOCKS_APART else now  # or a clock was set back
    wait = arrival_at - now - (burst - 1) * interval
    if wait > 0:
        return Refusal("rate", wait)
    if row.boot_id not in (None, boot_id):
        await _end_boot(connection, name, row.boot_id, now)
    await connection.execute(
        lifts.update()
        .where(lifts.c.name == name)
        .values(
            boot_id=boot_id,
            sequence=sequence,
            seen_at=now,
            arrival_at=max(arrival_at, now) + interval,
        )
    )
    return Ticket(_lift(row), boot_id, sequence)


async def lock_state(connection: AsyncConnection, name: str) -> tuple[Lift, LiftState, Row[Any]]:
    """A lift and its state, which nobody else changes until the transaction ends.

    Raises:
      GraftNetError: there is no such lift.
    """
    row = await _row(connection, name, lock=True)
    return *_lift_and_state(row), row


async def read_state(connection: AsyncConnection, name: str) -> tuple[Lift, LiftState]:
    """A lift and its state, as they are now.

    Raises:
      GraftNetError: there is no such lift.
    """
    return _lift_and_state(await _row(connection, name))


async def read_states(
    connection: AsyncConnection, names: Sequence[str]
) -> list[tuple[Lift, LiftState]]:
    """Those of several lifts, as they are now; those that were removed are left out."""
    rows = await connection.execute(select(lifts).where(lifts.c.name.in_(names)))
    return [_lift_and_state(row) for row in rows]


async def names(connection: AsyncConnection) -> Sequence[str]:
    """Names of all lifts."""
    return (await connection.execute(select(lifts.c.name).order_by(lifts.c.name))).scalars().all()


async def keep_state(connection: AsyncConnection, name: str, state: LiftState) -> LiftState:
    """Keeps a state whose lift is locked, as the next version; returns it."""
    kept = state.model_copy(update={"version": state.version + 1})
    await connection.execute(
        lifts.update().where(lifts.c.name == name).values(state=kept.model_dump_json())
    )
    return kept


async def listed(
    connection: AsyncConnection, *, search: str = "", limit: int | None = None
) -> Sequence[RowMapping]:
    """Lifts by name, without their states.

    Args:
      connection: A connection.
      search: What their names or groups begin with.
      limit: Most lifts; all without.
    """
    searched = (lifts.c.name, lifts.c.group_name)
    begins = or_(*(of.startswith(search, autoescape=True) for of in searched))
    asked = select(*_SHOWN).where(begins).order_by(lifts.c.name).limit(limit)
    return (await connection.execute(asked)).mappings().all()


async def find(connection: AsyncConnection, name: str) -> RowMapping | None:
    """A lift as `listed` has it."""
    asked = select(*_SHOWN).where(lifts.c.name == name)
    return (await connection.execute(asked)).mappings().first()


async def count(connection: AsyncConnection, *, seen_since: float) -> tuple[int, int]:
    """How many lifts there are, and of how many a snapshot has come since a time."""
    seen = func.count().filter(lifts.c.seen_at >= seen_since)
    row = (await connection.execute(select(func.count(), seen).select_from(lifts))).one()
    return row[0], row[1]


async def groups(connection: AsyncConnection) -> Sequence[str]:
    """Names of the groups that lifts belong to."""
    asked = select(lifts.c.group_name).where(lifts.c.group_name != "").distinct()
    return (await connection.execute(asked.order_by(lifts.c.group_name))).scalars().all()


async def _row(connection: AsyncConnection, name: str, *, lock: bool = False) -> Row[Any]:
    asked = select(lifts).where(lifts.c.name == name)
    row = (await connection.execute(asked.with_for_update() if lock else asked)).first()
    if row is None:
        raise by_name.unknown(lifts, name)
    return row


async def _is_stale(
    connection: AsyncConnection, row: Row[Any], boot_id: str, sequence: int
) -> bool:
    if row.boot_id in (None, boot_id):
        return row.boot_id is not None and sequence <= row.sequence
    ended = select(past_boots.c.boot_id).where(
        past_boots.c.lift == row.name, past_boots.c.boot_id == boot_id
    )
    return (await connection.execute(ended)).first() is not None


async def _end_boot(connection: AsyncConnection, name: str, boot_id: str, now: float) -> None:
    await connection.execute(past_boots.insert().values(lift=name, boot_id=boot_id, ended_at=now))
    kept = (
        select(past_boots.c.boot_id)
        .where(past_boots.c.lift == name)
        .order_by(past_boots.c.ended_at.desc())
        .limit(_BOOTS_KEPT)
    )
    await connection.execute(
        past_boots.delete().where(
            past_boots.c.lift == name, past_boots.c.boot_id.not_in(kept.scalar_subquery())
        )
    )


def _lift(row: Row[Any]) -> Lift:
    return Lift(row.name, row.group_name, tuple(row.tags), row.timezone)


def _lift_and_state(row: Row[Any]) -> tuple[Lift, LiftState]:
    return _lift(row), LiftState.model_validate_json(row.state)
