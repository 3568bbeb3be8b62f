"""Editing the schema: a broken edit changes nothing and says what is wrong."""

import asyncio

from serving.advertising.gateway.gateway import Gateway
from serving.advertising.recognition.recognizer import UnavailableError
from serving.advertising.rules.reading import Rules, read_rules
from serving.advertising.store import audit, schemas


async def check(gateway: Gateway, text: str) -> Rules:
    """Reads a schema against the served model and the creatives that are there.

    Raises:
      InvalidDocumentError: with the line, the field and what would do.
    """
    try:
        attributes = await gateway.recognizer.attributes()
    except UnavailableError:
        attributes = None  # rules for what it does not have will not fire
    creatives = set(gateway.catalog.creatives)
    return await asyncio.to_thread(
        read_rules, text, gateway.policy, attributes=attributes, creatives=creatives
    )


async def put_in_force(gateway: Gateway, text: str, *, by: str) -> None:
    """Checks a schema and puts it in force everywhere.

    Raises:
      InvalidDocumentError: as `check`; the former schema stays.
    """
    await check(gateway, text)
    now = gateway.clock()
    async with gateway.database.write() as connection:
        await schemas.save(connection, text, by=by, now=now)
        await audit.record(connection, by, "schema", "edited", now=now)
    await gateway.renew()
