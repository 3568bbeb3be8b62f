"""Keeps the CMS told, beside everything else that the event loop does."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Self

import httpx

from serving.advertising.backoff import Backoff
from serving.advertising.xibo.cms import Cms
from serving.advertising.xibo.cms_error import CmsError
from serving.advertising.xibo.display_group import DisplayGroup
from serving.advertising.xibo.settings import XiboSettings

_LONGEST_WAIT = 60.0  # seconds between attempts at what keeps failing

_log = logging.getLogger(__name__)


class XiboAdapter:
    """Sends what lifts show to their display groups, from one task: `async with adapter: …`.

    One adapter is to tell of a lift: two, in two gateways, would not know of each other.
    """

    def __init__(
        self,
        settings: XiboSettings,
        *,
        seed: str = "",
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ):
        """Prepares nothing but itself.

        Args:
          settings: The CMS and its display groups.
          seed: Seed of the jitter; another for each gateway, or all would return at once.
          transport: What requests go through; the network by default.
          clock: Gives seconds that never go back.
          sleep: Waits for so many of them.
        """
        self._settings = settings
        self._groups = {lift: DisplayGroup(settings) for lift in settings.display_groups}
        self._backoffs = {
            lift: Backoff(f"{seed} {lift}", longest=_LONGEST_WAIT) for lift in self._groups
        }
        self._backoff = Backoff(seed, longest=_LONGEST_WAIT)
        self._paused_until = clock()
        self._failing: set[str | None] = set()
        self._transport = transport
        self._clock = clock
        self._sleep = sleep
        self._updated = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Starts the task; nothing is sent before something is seen."""
        self._http = httpx.AsyncClient(
            base_url=self._settings.url,
            timeout=self._settings.timeout,
            transport=self._transport,
        )
        self._cms = Cms(self._settings, self._http, self._clock)
        self._task = asyncio.create_task(self._run(), name="xibo")
        self._task.add_done_callback(_tell_fault)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops at once; players forget by themselves what they were told."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._http.aclose()

    def update(self, lift: str, values: Mapping[str, str | None]) -> None:
        """Takes note of all that a lift shows now; sends nothing itself and never waits.

        Newer values replace those that wait to be sent. They count for the settings' `ttl`, for as
        long as they are sent again before players forget them. Call this in the event loop.

        Args:
          lift: Name of the lift; one without a display group is passed over.
          values: Values by metric. One that is left out, None, empty or `0` has gone; with
            `absent` of `none`, players are told so of those that are given, or were before.

        Raises:
          GraftNetError: Xibo would not take a metric or a value.
        """
        group = self._groups.get(lift)
        if group is not None:
            group.want(values, self._clock())
            self._updated.set()

    async def _run(self) -> None:
        while True:
            self._updated.clear()
            wait = self._paused_until - self._clock()
            if wait > 0:
                await self._sleep(wait)
                continue
            lift, wait = self._next()
            if lift is None or wait > 0:
                await self._until_updated(wait)
            else:
                await self._push(lift)

    def _next(self) -> tuple[str | None, float]:
        """The lift that is next, if any has something to say, and the seconds until then."""
        now = self._clock()
        due = {
            lift: at
            for lift, group in self._groups.items()
            if (at := group.due_at(now)) is not None
        }
        if not due:
            return None, 0.0
        lift = min(due, key=due.__getitem__)
        return lift, due[lift] - now

    async def _until_updated(self, seconds: float) -> None:
        """Waits for an update, or for some seconds if there are any to wait."""
        waiting: list[asyncio.Future[object]] = [asyncio.ensure_future(self._updated.wait())]
        if seconds > 0:
            waiting.append(asyncio.ensure_future(self._sleep(seconds)))
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for it in waiting:
                it.cancel()

    async def _push(self, lift: str) -> None:
        group = self._groups[lift]
        started = self._clock()
        criteria = group.criteria(started)
        try:
            await self._cms.push(self._settings.display_groups[lift], criteria)
        except CmsError as error:
            now = self._clock()
            if error.is_of_group:
                group.failed(criteria, now, self._backoffs[lift].wait())
                self._tell_failing(lift, error)
            else:
                group.failed(criteria, now, 0.0)
                self._paused_until = now + self._backoff.wait()
                self._tell_failing(None, error)
        else:
            group.told(criteria, started)
            self._backoffs[lift].reset()
            self._backoff.reset()
            self._tell_working(lift)
            self._tell_working(None)

    def _tell_failing(self, whose: str | None, error: CmsError) -> None:
        """Says once that a lift's group, or the whole CMS, fails."""
        if whose not in self._failing:
            self._failing.add(whose)
            _log.warning("%s It is tried again with growing waits.", error)

    def _tell_working(self, whose: str | None) -> None:
        if whose in self._failing:
            self._failing.remove(whose)
            _log.info("Xibo takes criteria%s again.", f" of lift {whose}" if whose else "")


def _tell_fault(task: asyncio.Task[None]) -> None:
    """Has a task that ended by itself not go unnoticed until the gateway stops."""
    if not task.cancelled() and (fault := task.exception()):
        _log.error("Xibo is told nothing any more.", exc_info=fault)
