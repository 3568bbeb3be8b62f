"""Who did what: written with the transaction that does it."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from serving.advertising.store.tables import audit


async def record(
    connection: AsyncConnection,
    operator: str,
    action: str,
    subject: str,
    *,
    now: float,
    detail: str = "",
) -> None:
    """Writes down what an operator did to what."""
    await connection.execute(
        audit.insert().values(
            at=now, operator=operator, action=action, subject=subject, detail=detail
        )
    )


async def latest(
    connection: AsyncConnection, number: int, *, search: str = ""
) -> Sequence[RowMapping]:
    """The newest entries, the newest first.

    Args:
      connection: A connection.
      number: Most entries.
      search: Text that is in one of their fields, in any case.
    """
    fields = (audit.c.operator, audit.c.action, audit.c.subject, audit.c.detail)
    found = or_(*(field.icontains(search, autoescape=True) for field in fields))
    asked = select(audit).where(found).order_by(audit.c.id.desc()).limit(number)
    return (await connection.execute(asked)).mappings().all()
