"""A lift's camera that uploads drawn snapshots."""

import asyncio
import random
import time
import uuid

import httpx

from serving.advertising.fleet.camera import Camera
from serving.advertising.fleet.members import Member
from serving.advertising.fleet.records import Records
from serving.advertising.fleet.scenes import Scenes
from serving.advertising.fleet.traffic import Traffic

_REFUSED = 0


async def simulate_lift(
    http: httpx.AsyncClient,
    member: Member,
    scenes: Scenes,
    traffic: Traffic,
    records: Records,
    *,
    interval: float,
    seconds: float,
    seed: str,
) -> None:
    """Uploads a snapshot at random times, on average one each `interval`, for some seconds.

    Args:
      http: Client of the gateway.
      member: The lift.
      scenes: What it sees.
      traffic: Who is there.
      records: Where to note what happened.
      interval: Seconds between snapshots, on average; their times are a Poisson process.
      seconds: How long.
      seed: Seed of this lift.
    """
    chance = random.Random(seed)
    boot_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    camera, started = Camera(http, member, boot_id), now()
    at = chance.expovariate(1 / interval)
    while at < seconds:
        await asyncio.sleep(max(0.0, started + at - now()))
        jpeg = scenes.pick(traffic.present(at), chance)
        left = now()
        try:
            answer = await camera.upload(jpeg)
        except httpx.TransportError:
            records.answers[_REFUSED] += 1
        else:
            _note(answer, left, records)
        at = max(at + chance.expovariate(1 / interval), now() - started)


def _note(answer: httpx.Response, left: float, records: Records) -> None:
    records.answers[answer.status_code] += 1
    if answer.status_code == httpx.codes.OK:
        records.upload_seconds.append(now() - left)
        if decision := answer.json()["decision"]:
            records.uploaded.setdefault(decision, left)


def now() -> float:
    """Seconds of a clock that only grows."""
    return time.monotonic()
