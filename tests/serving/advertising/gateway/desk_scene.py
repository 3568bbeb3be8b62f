"""A lift with its screen at a desk, with the clock in the test's hands."""

import json
import uuid

from sqlalchemy import select

from serving.advertising.decisions.catalog import Catalog
from serving.advertising.decisions.facts import Creative
from serving.advertising.gateway import desk
from serving.advertising.rules.policy import Policy
from serving.advertising.rules.reading import read_rules
from serving.advertising.store import lifts
from serving.advertising.store.plays import Play
from serving.advertising.store.screens import Screen
from serving.advertising.store.tables import budgets, decisions, plays
from tests.serving.advertising.scripted_recognizer import ATTRIBUTES, person
from tests.serving.advertising.store.opened import enrol_one, write

NOON = 1_780_315_200.0
"""1 June 2026, 12:00 UTC."""
SOMEBODY, COURIER, BABY = person(), person("courier"), person("holding_baby")
BOOT = str(uuid.UUID(int=1))


def catalog_of(campaigns, *, seconds=10.0, waiting=(), **fields):
    """A catalog of campaigns, each with creatives of its own name unless it names others."""
    entries = {name: {"creatives": [name], **its} for name, its in campaigns.items()}
    schema = {
        "timezone": "UTC",
        "smoothing_window": 1,
        "min_audience": 2,
        "default_playlist": ["house"],
        "campaigns": entries,
        **fields,
    }
    names = {name for its in entries.values() for name in its["creatives"]}
    creatives = {
        name: Creative(name, sha_of(name), "image", "image/webp", seconds, 1, name not in waiting)
        for name in names
    }
    return Catalog(read_rules(json.dumps(schema), Policy(sensitive=())), 1, "", creatives)


def sha_of(name):
    """A hash for a creative, from its name."""
    return name.encode().hex().ljust(64, "0")


class Scene:
    """One lift, one screen; times pass as they are told.

    Attributes:
      catalog: What is in force; put another one there for an edit.
      now: Seconds since the epoch.
    """

    def __init__(self, database, catalog, lift="lift-1"):
        self.catalog, self.now = catalog, NOON
        self._database, self._lift = database, lift
        self._screen = Screen(lift.replace("lift", "screen"), lift)
        self._token, self._sequence = "", 0

    async def enrol(self):
        """Enrols the lift; returns the scene."""
        if self._lift == "lift-1":
            self._token, _ = await enrol_one(self._database)
        else:
            self._token = await write(self._database, lifts.enrol, self._lift, now=0.0)
        return self

    async def ticket(self):
        """Lets the next snapshot in."""
        self._sequence += 1
        return await write(
            self._database,
            lifts.admit,
            self._lift,
            self._token,
            BOOT,
            self._sequence,
            now=self.now,
            interval=1e-6,
            burst=1e6,
        )

    async def see(self, *people, after=0.0, ticket=None, attributes=ATTRIBUTES):
        """What a snapshot of some people changes, some seconds later."""
        self.now += after
        ticket = ticket or await self.ticket()
        return await write(
            self._database, desk.on_snapshot, self.catalog, ticket, people, attributes, now=self.now
        )

    async def begin(self, decision, after=0.0):
        """What it changes that the screen begins a decision; None for the default playlist."""
        self.now += after
        busy = self.now + (decision.seconds if decision else 10.0)
        identifier = decision and decision.id
        return await write(
            self._database,
            desk.on_begin,
            self.catalog,
            self._screen,
            identifier,
            began_at=self.now,
            busy_until=busy,
        )

    async def switch_off(self):
        """Switches the lift's recognition off."""
        await write(self._database, desk.on_switch_off, self.catalog, self._lift, now=self.now)

    async def prove(self, decision, seconds=None, *, ago=0.0, identifier=None, database=None):
        """What the proof of a play changes; a decision of None is the default playlist."""
        milliseconds = int((self.now - ago) * 1000)
        shown = decision.seconds if seconds is None else seconds
        play = Play(
            id=identifier or str(uuid.uuid4()),
            creative=decision.sha256 if decision else sha_of("house"),
            campaign=decision.campaign if decision else "default",
            decision_id=decision and decision.id,
            scheduled_start=milliseconds,
            scheduled_end=milliseconds + 10_000,
            actual_start=milliseconds,
            actual_end=milliseconds + int(1000 * shown),
            completed=True,
        )
        return await write(
            database or self._database,
            desk.on_play,
            self.catalog,
            self._screen,
            play,
            now=self.now,
        )

    async def state(self):
        """What is kept of the lift."""
        async with self._database.read() as connection:
            return (await lifts.read_state(connection, self._lift))[1]

    async def statuses(self):
        """What became of each decision of the lift, in turn."""
        async with self._database.read() as connection:
            asked = select(decisions.c.campaign, decisions.c.status)
            asked = asked.where(decisions.c.lift == self._lift).order_by(decisions.c.made_at)
            return [tuple(row) for row in await connection.execute(asked)]

    async def spent(self):
        """What is spent of each campaign's budget, but of those of which nothing is."""
        async with self._database.read() as connection:
            asked = select(budgets.c.campaign, budgets.c.spent).where(budgets.c.spent != 0)
            return dict((await connection.execute(asked)).all())

    async def audiences(self):
        """The audience of each play."""
        async with self._database.read() as connection:
            return (await connection.execute(select(plays.c.audience))).scalars().all()
