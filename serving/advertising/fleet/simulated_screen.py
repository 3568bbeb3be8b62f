"""A screen without a picture: it keeps the protocol that the web page keeps."""

import asyncio
import contextlib
import json
import random
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx

from serving.advertising.backoff import Backoff
from serving.advertising.fleet.records import Records
from serving.advertising.fleet.simulated_lift import now

_LONGEST_WAIT = 8.0
_MOST_PLAYS = 100
_IDLE_SECONDS = 1.0


class SimulatedScreen:
    """Listens, plays in real time, and proves every play until it is acknowledged."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        streams: httpx.AsyncClient,
        token: str,
        records: Records,
        seed: str,
    ):
        """Prepares nothing but itself.

        Args:
          http: Client of the gateway.
          streams: Another, without a limit of connections, for the stream.
          token: The screen's token.
          records: Where to note what happened.
          seed: Seed of this screen.
        """
        self._http, self._streams, self._records = http, streams, records
        self._headers = {"Authorization": f"Bearer {token}"}
        self._random = random.Random(seed)
        self._session = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        self._state: dict[str, Any] = {"playlist": [], "decision": None}
        self._begun: str | None = None
        self._queue: list[dict[str, Any]] = []
        self._listening = Backoff(f"{seed}/listen", longest=_LONGEST_WAIT)
        self._delivering = Backoff(f"{seed}/deliver", longest=_LONGEST_WAIT)

    async def run(self, seconds: float) -> None:
        """Runs for some seconds, then delivers what is left of its proofs."""
        tasks = [asyncio.create_task(work) for work in (self._listen(), self._play(seconds))]
        await tasks[1]
        tasks[0].cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await tasks[0]

    async def deliver(self) -> None:
        """Sends the proofs in its queue, until each is acknowledged."""
        while self._queue:
            if await self._deliver_batch():
                self._delivering.reset()
            else:
                await asyncio.sleep(self._delivering.wait())

    async def _deliver_batch(self) -> bool:
        answer = await self._post("plays", {"plays": self._queue[:_MOST_PLAYS]})
        if answer is None:
            return False
        self._records.delivered |= set(answer["stored"])
        done = {*answer["stored"], *(one["id"] for one in answer["put_aside"])}
        self._queue = [play for play in self._queue if play["id"] not in done]
        return True

    async def _listen(self) -> None:
        while True:
            try:
                async for state in self._states():
                    self._state = state
                    self._listening.reset()
                    self._records.events += 1
                    if decision := state["decision"]:
                        self._records.arrived.setdefault(decision["id"], now())
            except (httpx.TransportError, httpx.HTTPStatusError, ValueError):
                pass
            self._records.reconnects += 1
            await asyncio.sleep(self._listening.wait())

    async def _states(self) -> AsyncIterator[dict[str, Any]]:
        timeout = httpx.Timeout(10.0, read=45.0)
        async with self._streams.stream(
            "GET", "/v1/screens/me/events", headers=self._headers, timeout=timeout
        ) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    yield json.loads(line[len("data: ") :])

    async def _play(self, seconds: float) -> None:
        started, place = now(), self._random.randrange(1000)
        while now() - started < seconds:
            decision, playlist = self._state["decision"], self._state["playlist"]
            wanted = decision and decision["id"] != self._begun
            if wanted and decision["expires_at"] > _milliseconds():
                self._begun = decision["id"]
                await self._show(decision["item"], decision["id"])
            elif playlist:
                place += 1
                await self._show(playlist[place % len(playlist)], None)
            else:
                await asyncio.sleep(_IDLE_SECONDS)

    async def _show(self, item: dict[str, Any], decision_id: str | None) -> None:
        begun = _milliseconds()
        playing = {
            "creative": item["creative"],
            "campaign": item["campaign"],
            "decision_id": decision_id,
            "started_at": begun,
        }
        told = asyncio.create_task(
            self._post("presence", {"session": self._session, "playing": playing})
        )
        await asyncio.sleep(item["seconds"])
        await told
        play = {
            "id": str(uuid.UUID(int=self._random.getrandbits(128), version=4)),
            "creative": item["creative"],
            "campaign": item["campaign"],
            "decision_id": decision_id,
            "scheduled_start": begun,
            "scheduled_end": begun + int(1000 * item["seconds"]),
            "actual_start": begun,
            "actual_end": _milliseconds(),
            "completed": True,
        }
        self._records.played.add(play["id"])
        self._queue.append(play)
        await self._deliver_batch()

    async def _post(self, what: str, body: dict[str, Any]) -> Any:
        """The answer, or None where there is none now."""
        try:
            answer = await self._http.post(
                f"/v1/screens/me/{what}", json=body, headers=self._headers
            )
            return answer.json() if answer.status_code == httpx.codes.OK else None
        except (httpx.TransportError, ValueError):
            return None


def _milliseconds() -> int:
    return int(time.time() * 1000)
