"""Operators and their sessions."""

import asyncio
import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

from pwdlib import PasswordHash
from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from graftnet_tf.errors import GraftNetError
from serving.advertising.store import by_name
from serving.advertising.store.roles import Role
from serving.advertising.store.tables import operators, sessions
from serving.advertising.store.tokens import new_token, token_hash

SHORTEST_PASSWORD = 12
SESSION_SECONDS = 12 * 3600.0
_TRIES = 5
_LOCK_SECONDS = 300.0
_hashes = PasswordHash.recommended()


@dataclasses.dataclass(frozen=True)
class Operator:
    """Somebody who is logged in."""

    name: str
    role: Role


async def add(connection: AsyncConnection, name: str, password: str, role: Role) -> None:
    """Adds an operator.

    Raises:
      GraftNetError: there is one of that name, or the password is too short.
    """
    kept = await asyncio.to_thread(hashed, password)
    await by_name.add(connection, operators, name, password_hash=kept, role=role)


async def change(
    connection: AsyncConnection, name: str, *, password: str | None = None, role: Role | None = None
) -> None:
    """Changes an operator's password or role, and ends all of the operator's sessions.

    Raises:
      GraftNetError: there is no such operator, the password is too short, or no admin would be
        left.
    """
    values: dict[str, Any] = {"failed_logins": 0, "locked_until": 0.0}
    if password is not None:
        values["password_hash"] = await asyncio.to_thread(hashed, password)
    if role is not None:
        values["role"] = role
        if role != "admin":
            await _keep_an_admin(connection, name)
    await by_name.change(connection, operators, name, **values)
    await connection.execute(sessions.delete().where(sessions.c.operator == name))


async def remove(connection: AsyncConnection, name: str) -> None:
    """Removes an operator, whose sessions end.

    Raises:
      GraftNetError: there is no such operator, or it is the last admin.
    """
    await _keep_an_admin(connection, name)
    await connection.execute(sessions.delete().where(sessions.c.operator == name))
    await by_name.remove(connection, operators, name)


def hashed(password: str) -> str:
    """What is kept of a password (Argon2id).

    Raises:
      GraftNetError: it is too short.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise GraftNetError(
            f"The password has {len(password)} characters; expected {SHORTEST_PASSWORD} or more."
        )
    return _hashes.hash(password)


async def password_hash(connection: AsyncConnection, name: str) -> str | None:
    """What is kept of an operator's password; None if there is no such operator."""
    asked = select(operators.c.password_hash).where(operators.c.name == name)
    return (await connection.execute(asked)).scalar_one_or_none()


def verify(password: str, kept: str | None) -> bool:
    """Whether a password is the one of which `kept` is kept; takes as long where nothing is.

    It takes a processor for some hundredths of a second: run it in a thread, in no transaction.
    """
    right = _hashes.verify(password, kept or _nobodys_hash())
    return right and kept is not None


async def log_in(
    connection: AsyncConnection, name: str, kept: str | None, *, right: bool, now: float
) -> str | None:
    """A new session's token, or None where the name or the password is wrong.

    After five wrong passwords an operator's login is locked for five minutes.

    Args:
      connection: A transaction.
      name: Name that was given.
      kept: Answer of `password_hash`; where it has changed since, it is wrong.
      right: Answer of `verify`.
      now: Seconds since the epoch.
    """
    asked = select(operators).where(operators.c.name == name).with_for_update()
    row = (await connection.execute(asked)).first()
    if row is None or row.locked_until > now:
        return None
    if not right or row.password_hash != kept:
        failed = row.failed_logins + 1
        locked = now + _LOCK_SECONDS if failed >= _TRIES else row.locked_until
        values = {"failed_logins": failed % _TRIES, "locked_until": locked}
        await connection.execute(operators.update().where(operators.c.name == name).values(values))
        return None
    await connection.execute(
        operators.update().where(operators.c.name == name).values(failed_logins=0)
    )
    await connection.execute(sessions.delete().where(sessions.c.expires_at < now))
    return await begin_session(connection, name, now=now)


async def begin_session(connection: AsyncConnection, name: str, *, now: float) -> str:
    """The token of a new session of an operator."""
    token = new_token()
    await connection.execute(
        sessions.insert().values(
            token_hash=token_hash(token), operator=name, expires_at=now + SESSION_SECONDS
        )
    )
    return token


async def by_session(connection: AsyncConnection, token: str, *, now: float) -> Operator | None:
    """Whose session a token is of."""
    asked = (
        select(operators.c.name, operators.c.role)
        .join(sessions, sessions.c.operator == operators.c.name)
        .where(sessions.c.token_hash == token_hash(token), sessions.c.expires_at > now)
    )
    row = (await connection.execute(asked)).first()
    return Operator(row.name, row.role) if row else None


async def log_out(connection: AsyncConnection, token: str) -> None:
    """Ends a session."""
    await connection.execute(sessions.delete().where(sessions.c.token_hash == token_hash(token)))


async def listed(connection: AsyncConnection) -> Sequence[RowMapping]:
    """Names and roles."""
    asked = select(operators.c.name, operators.c.role).order_by(operators.c.name)
    return (await connection.execute(asked)).mappings().all()


async def count(connection: AsyncConnection) -> int:
    """How many operators there are."""
    return (await connection.execute(select(func.count()).select_from(operators))).scalar_one()


async def _keep_an_admin(connection: AsyncConnection, name: str) -> None:
    """Holds on to the admins until the transaction ends, so that two cannot remove each other."""
    asked = select(operators.c.name).where(operators.c.role == "admin").with_for_update()
    if (await connection.execute(asked)).scalars().all() == [name]:
        raise GraftNetError(f"{name} is the last admin; make somebody else admin first.")


@functools.cache
def _nobodys_hash() -> str:
    return _hashes.hash(new_token())
