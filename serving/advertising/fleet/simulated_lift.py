"""A lift's camera that uploads drawn snapshots."""

import asyncio
import random
import time
import uuid

import httpx

from serving.advertising.fleet.records import Records
from serving.advertising.fleet.scenes import Scenes
from serving.advertising.fleet.traffic import Traffic

_REFUSED = 0


async def simulate_lift(
    http: httpx.AsyncClient,
    lift: str,
    token: str,
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
      lift: Name of the lift.
      token: Its camera's token.
      scenes: What it sees.
      traffic: Who is there.
      records: Where to note what happened.
      interval: Seconds between snapshots, on average; their times are a Poisson process.
      seconds: How long.
      seed: Seed of this lift.
    """
    chance = random.Random(seed)
    boot_id, sequence, started = str(uuid.UUID(int=chance.getrandbits(128), version=4)), 0, now()
    at = chance.expovariate(1 / interval)
    while at < seconds:
        await asyncio.sleep(max(0.0, started + at - now()))
        sequence += 1
        jpeg = scenes.pick(traffic.present(at), chance)
        headers = {
            "Authorization": f"Bearer {token}",
            "Boot-Id": boot_id,
            "Sequence": str(sequence),
            "Content-Type": "image/jpeg",
        }
        left = now()
        try:
            answer = await http.post(f"/v1/lifts/{lift}/snapshots", content=jpeg, headers=headers)
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
