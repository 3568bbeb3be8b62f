"""What the routes share: the store, the catalog in force, the model and the screens."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError

from graftnet_tf.errors import GraftNetError
from serving.advertising.channel.in_process import InProcessChannel
from serving.advertising.channel.state_document import state_document
from serving.advertising.decisions.catalog import Catalog
from serving.advertising.decisions.facts import Lift
from serving.advertising.decisions.lift_state import Decision
from serving.advertising.gateway.desk import Change
from serving.advertising.gateway.live_view import LiveView
from serving.advertising.gateway.metrics import Metrics
from serving.advertising.gateway.settings import Settings
from serving.advertising.recognition.recognizer import Recognizer
from serving.advertising.rules.policy import Policy
from serving.advertising.store import changes, lifts, retention
from serving.advertising.store.catalog import read_catalog
from serving.advertising.store.database import Database

_LOOK_SECONDS = 1.0
_PRUNE_SECONDS = 3600.0


class Gateway:
    """One gateway; `await start()` before the first request, `await stop()` after the last.

    It keeps nothing but what it can read again: any number may share one store.

    Attributes:
      database, recognizer, channel, policy, settings, clock: What it was given.
      metrics: What it has measured.
      live: What it saw last, in memory.
      catalog: Schema, creatives and overrides in force.
      schema_problem: Why the schema that was given last is not in force, or None.
    """

    catalog: Catalog

    def __init__(
        self,
        database: Database,
        recognizer: Recognizer,
        policy: Policy,
        *,
        settings: Settings = Settings(),
        channel: InProcessChannel | None = None,
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
        self.channel = channel or InProcessChannel()
        self.metrics = Metrics(lambda: self.channel.streams)
        self.live = LiveView(clock)
        self.looking = asyncio.Semaphore(settings.in_flight)
        self.schema_problem: str | None = None
        self._seen: dict[str, int] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Opens the store and begins to follow its changes.

        Raises:
          GraftNetError: the store cannot be opened.
        """
        self._loop = asyncio.get_running_loop()
        await self.database.open()
        await self.refresh()
        self._tasks = [
            asyncio.create_task(self._repeat(_LOOK_SECONDS, self._follow)),
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
        await self.database.close()

    async def refresh(self) -> None:
        """Reads the catalog, and tells all screens where it changed."""
        async with self.database.read() as connection:
            seen = await changes.numbers(connection)
            self.catalog = await read_catalog(connection, self.policy, self.clock())
        self._seen = seen

    async def state(self, lift: Lift, waiting: Decision | None) -> dict[str, Any]:
        """What a lift's screens are to show."""
        return state_document(self.catalog, lift, waiting, self.clock(), self.notice())

    async def publish(self, change: Change) -> None:
        """Tells a lift's screens, where something changed for them."""
        if change.changed:
            state = await self.state(change.lift, change.waiting)
            await self.channel.publish(change.lift.name, state)

    async def publish_all(self) -> None:
        """Tells every screen, after what concerns all has changed."""
        async with self.database.read() as connection:
            for name in self.channel.lifts():
                with contextlib.suppress(GraftNetError):  # it was removed meanwhile
                    lift, state = await lifts.read_state(connection, name)
                    document = await self.state(lift, state.waiting)
                    await self.channel.publish(name, document)

    def notice(self) -> dict[str, str]:
        """What screens say about what is processed."""
        text = (
            "A camera in this lift estimates visible attributes of passengers, such as what they "
            f"carry, to choose what is shown here. Images are not kept. {self.settings.operator}"
        )
        return {"text": text, "url": "/notice"}

    async def _follow(self) -> None:
        """Follows what other gateways, operators and the clock changed."""
        async with self.database.read() as connection:
            seen = await changes.numbers(connection)
        now = self.clock()
        over = [override for override in self.catalog.overrides if override.ends_at <= now]
        if seen != self._seen or over:
            await self.refresh()
            await self.publish_all()
        self.live.forget_older(self.catalog.rules.schema.smoothing_age)

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
                logging.warning("The store does not answer: %s", " ".join(str(error).split()))
            await asyncio.sleep(seconds)
