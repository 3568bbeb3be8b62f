"""What the routes share: the store, the catalog in force, the model and the screens."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.exc import DBAPIError

from graftnet_tf.errors import GraftNetError
from serving.advertising.channel.channel import Channel
from serving.advertising.channel.departures import Departure
from serving.advertising.channel.in_process import InProcessChannel
from serving.advertising.channel.state_document import state_document
from serving.advertising.decisions.catalog import Catalog
from serving.advertising.decisions.facts import Lift
from serving.advertising.decisions.lift_state import LiftState
from serving.advertising.gateway.desk import Change
from serving.advertising.gateway.live_view import LastLook, LiveView
from serving.advertising.gateway.metrics import Metrics
from serving.advertising.gateway.settings import Settings
from serving.advertising.recognition.recognizer import Recognizer
from serving.advertising.rules.policy import Policy
from serving.advertising.store import changes, lifts, operators, retention, screens
from serving.advertising.store.catalog import read_catalog
from serving.advertising.store.database import Database
from serving.advertising.store.screens import Credential
from serving.advertising.store.tokens import new_token

_LOOK_SECONDS = 1.0
_PRUNE_SECONDS = 3600.0
_TOLD_AT_ONCE = 100
_PASSWORDS_AT_ONCE = 2
_UPLOADS_AT_ONCE = 2


class Gateway:
    """One gateway; `await start()` before the first request, `await stop()` after the last.

    It keeps nothing but what it can read again: any number may share one store.

    Attributes:
      database, recognizer, channel, policy, settings, clock: What it was given.
      metrics: What it has measured.
      live: What it saw last, in memory.
      catalog: Schema, creatives and overrides in force.
      looking, hashing, uploading: Bound how many snapshots, passwords and uploads are in work.
      schema_file: File that the schema is read from, where operators do not edit it here.
      schema_problem: Why the schema that was given last is not in force, or None.
      setup_token: Lets the first operator in; None once there is one.
      asked: Attributes that the model is ready to be asked for; None before it is.
      on_look: Told of each look at a lift, by its name; it keeps nothing of it.
    """

    catalog: Catalog

    def __init__(
        self,
        database: Database,
        recognizer: Recognizer,
        policy: Policy,
        *,
        settings: Settings = Settings(),
        channel: Channel | None = None,
        clock: Callable[[], float] = time.time,
    ):
        """Prepares nothing but itself.

        Args:
          database: The store.
          recognizer: Looks at snapshots.
          policy: Which attributes may not be asked for.
          settings: Limits.
          channel: What carries states to screens; within this process by default.
          clock: Seconds since the epoch.
        """
        self.database, self.recognizer, self.policy = database, recognizer, policy
        self.settings, self.clock = settings, clock
        self.channel: Channel = channel or InProcessChannel()
        self.metrics = Metrics(lambda: self.channel.streams)
        self.live = LiveView(clock)
        self.looking = asyncio.Semaphore(settings.in_flight)
        self.hashing = asyncio.Semaphore(_PASSWORDS_AT_ONCE)
        self.uploading = asyncio.Semaphore(_UPLOADS_AT_ONCE)
        self.schema_file: str | None = None
        self.schema_problem: str | None = None
        self.setup_token: str | None = None
        self.asked: frozenset[str] | None = None
        self.on_look: Callable[[str, LastLook], None] | None = None
        self._told = True  # whether screens have been told of the catalog
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Opens the store and begins to follow its changes.

        Raises:
          GraftNetError: the store cannot be opened.
        """
        self._loop = asyncio.get_running_loop()
        await self.database.open()
        async with self.database.read() as connection:
            if not await operators.count(connection):
                self.setup_token = new_token()
        await self.refresh()
        await self.channel.start(self)
        self._tasks = [
            asyncio.create_task(self._repeat(_LOOK_SECONDS, self._follow)),
            asyncio.create_task(self._repeat(_LOOK_SECONDS, self.prepare)),
            asyncio.create_task(self._repeat(_PRUNE_SECONDS, self._prune)),
        ]

    def end_streams(self) -> None:
        """Ends all streams to screens, which ask again elsewhere; from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.channel.close)

    async def stop(self) -> None:
        """Ends the streams and closes the store."""
        self.channel.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.channel.stop()
        await self.database.close()

    async def refresh(self) -> None:
        """Reads the catalog."""
        async with self.database.read() as connection:
            self.catalog = await read_catalog(connection, self.policy, self.clock())

    async def renew(self) -> None:
        """Reads the catalog after an operator's change; screens are told within a second."""
        await self.refresh()
        self._told = False

    async def prepare(self) -> None:
        """Has the model ready for what rules in force ask for; it is asked as before until then.

        Raises:
          UnavailableError: the model server gives no answer.
        """
        wanted = self.catalog.rules.attributes()
        if wanted != self.asked:
            await self.recognizer.prepare(wanted)
            self.asked = wanted

    def state(self, lift: Lift, state: LiftState) -> dict[str, Any]:
        """What a lift's screens are to show."""
        return state_document(self.catalog, lift, state, self.clock(), self.notice())

    async def publish(self, change: Change) -> None:
        """Tells a lift's screens, where something changed for them."""
        if change.changed:
            document = self.state(change.lift, change.state)
            await self.channel.publish(change.lift.name, document)

    async def publish_all(self) -> None:
        """Tells every screen, after what concerns all has changed."""
        names = self.channel.lifts()
        if names is None:
            async with self.database.read() as connection:
                names = await lifts.names(connection)
        names = list(names)
        for first in range(0, len(names), _TOLD_AT_ONCE):
            async with self.database.read() as connection:
                told = await lifts.read_states(connection, names[first : first + _TOLD_AT_ONCE])
                for lift, state in told:
                    document = self.state(lift, state)
                    await self.channel.publish(lift.name, document)
            await self.channel.flush()

    def on_connected(self) -> None:
        """As `ChannelHost.on_connected`: all screens are told within a second."""
        self._told = False

    def on_unfit_message(self) -> None:
        """As `ChannelHost.on_unfit_message`."""
        self.metrics.unfit_messages.inc()

    async def on_departures(self, departures: Sequence[Departure]) -> None:
        """As `ChannelHost.on_departures`."""
        async with self.database.write() as connection:
            for screen, session, at in departures:
                await screens.set_offline(connection, screen, session=session, now=at)

    async def enrolled(self) -> Mapping[str, Credential]:
        """As `ChannelHost.enrolled`."""
        async with self.database.read() as connection:
            return await screens.credentials(connection)

    def notice(self) -> dict[str, str]:
        """What screens say about what is processed."""
        text = (
            "A camera in this lift estimates visible attributes of passengers, such as what they "
            "carry, to choose what is shown here. Images are not kept. "
            f"By {self.settings.operator}:"
        )
        return {"text": text, "url": "/notice"}

    async def _follow(self) -> None:
        """Follows what other gateways, operators and the clock changed."""
        async with self.database.read() as connection:
            seen = await changes.numbers(connection)
        now = self.clock()
        over = [override for override in self.catalog.overrides if override.ends_at <= now]
        if seen != self.catalog.changes or over:
            await self.refresh()
            self._told = False
        if not self._told:
            await self._tell()
        self.live.forget_older(self.catalog.rules.schema.smoothing_age)

    async def _tell(self) -> None:
        self._told = True
        try:
            await self.publish_all()
        except BaseException:
            self._told = False
            raise

    async def _prune(self) -> None:
        oldest = self.clock() - self.settings.retention_days * 86_400
        async with self.database.write() as connection:
            await retention.prune(connection, oldest)

    async def _repeat(self, seconds: float, work: Callable[[], Any]) -> None:
        """Does something now and then for ever; what goes wrong is told, and tried again."""
        while True:
            try:
                await work()
            except (DBAPIError, GraftNetError, OSError) as error:
                logging.warning("To be tried again: %s", " ".join(str(error).split()))
            await asyncio.sleep(seconds)
