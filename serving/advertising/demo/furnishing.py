"""Puts into an empty store what a demonstration needs."""

import asyncio
import dataclasses
import secrets

from serving.advertising.creatives.encoding import encode_creative
from serving.advertising.demo.campaigns import FILM_SECONDS, posters, schema
from serving.advertising.fleet.members import Member, enrol_member
from serving.advertising.gateway.gateway import Gateway
from serving.advertising.gateway.schema_edit import put_in_force
from serving.advertising.store import creatives, operators

OPERATOR = "demo"
_SECONDS = 5.0
_GROUPS = ("north", "north", "south")


@dataclasses.dataclass(frozen=True)
class Furnished:
    """What was put in.

    Attributes:
      lifts: The lifts.
      operator, password: Login of an admin.
    """

    lifts: tuple[Member, ...]
    operator: str
    password: str


async def furnish(gateway: Gateway) -> Furnished:
    """Enrols lifts, uploads and approves advertisements, and puts a schema in force.

    Raises:
      GraftNetError: the store holds a demonstration already.
    """
    attributes = await gateway.recognizer.attributes()
    password = secrets.token_urlsafe(12)
    now = gateway.clock()
    shown = posters(attributes)
    async with gateway.database.write() as connection:
        await operators.add(connection, OPERATOR, password, "admin")
        enrolled = [
            await enrol_member(connection, f"lift-{number}", group=group, now=now)
            for number, group in enumerate(_GROUPS, 1)
        ]
    for index, poster in enumerate(shown):
        film = index == len(shown) - 1
        content = await asyncio.to_thread(poster.film, FILM_SECONDS) if film else poster.png()
        encoded = await asyncio.to_thread(
            encode_creative, content, seconds=None if film else _SECONDS
        )
        async with gateway.database.write() as connection:
            await creatives.add(connection, poster.name, encoded, by=OPERATOR, now=now)
            await creatives.judge(connection, poster.name, "approved", by=OPERATOR)
    await gateway.refresh()
    await put_in_force(gateway, schema(attributes), by=OPERATOR)
    return Furnished(tuple(enrolled), OPERATOR, password)
