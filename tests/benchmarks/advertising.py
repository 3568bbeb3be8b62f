"""A gateway alone, its model a stub: snapshots in a second, and how many screens it holds.

    python -m tests.benchmarks.advertising [--database=postgresql://…] [--lifts=2000]

Two figures of one run, all on this machine, the load with them:
  * snapshots in a second that 32 connections get through, beside the same requests to
    `/health`, which is the peer: the web framework alone;
  * a fleet of --lifts whose streams one process holds: upload to screen, and what it uses.
Prints one JSON object.
"""

import asyncio
import json
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable

import httpx
import uvloop
from absl import flags

from pipelines import command_line
from serving.advertising.fleet.camera import Camera
from serving.advertising.fleet.members import Member
from serving.advertising.fleet.records import percentile
from serving.advertising.fleet.scenes import Scenes
from serving.advertising.fleet.simulation import FleetOptions, enrol_fleet, simulate
from serving.advertising.store.database import Database
from tests.serving.advertising.service import jpeg, running_service
from tests.serving.advertising.stub_gateway import StubProcess

DATABASE = flags.DEFINE_string("database", None, "Empty store; SQLite in a new folder without.")
LIFTS = flags.DEFINE_integer("lifts", 2000, "Lifts with a screen each.", lower_bound=1)
SECONDS = flags.DEFINE_float("seconds", 10.0, "Of each closed loop.", lower_bound=1)
FLEET_SECONDS = flags.DEFINE_float("fleet_seconds", 60.0, "Of the fleet.", lower_bound=1)
INTERVAL = flags.DEFINE_float("interval", 60.0, "Seconds between snapshots of a fleet's lift.")

Request = Callable[[httpx.AsyncClient, Camera], Awaitable[httpx.Response]]
_CONNECTIONS = 32
_ITEM_SECONDS = 60.0


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        url = DATABASE.value or f"sqlite:///{directory}/store.db"
        with running_service(url) as service:
            service.approve("house", "pram", "van", seconds=_ITEM_SECONDS)
            service.put_in_force()
        with StubProcess(url, "holding_baby") as gateway:
            print(json.dumps(uvloop.run(_measure(url, gateway))))


async def _measure(url: str, gateway: StubProcess) -> dict[str, object]:
    database = Database(url)
    fleet = await enrol_fleet(database, max(_CONNECTIONS, LIFTS.value))
    await database.close()
    health = await _closed_loop(gateway.address, fleet, _health)
    snapshots = await _closed_loop(gateway.address, fleet, _snapshot)
    cpu, started = _cpu_seconds(gateway), time.monotonic()
    options = FleetOptions(
        (gateway.address,), LIFTS.value, FLEET_SECONDS.value, interval=INTERVAL.value
    )
    records = await simulate(options, fleet[: LIFTS.value], Scenes({0: [jpeg()]}))
    to_screen = records.upload_to_screen()
    return {
        "health_per_second": round(health),
        "snapshots_per_second": round(snapshots),
        "snapshot_to_health": round(snapshots / health, 3),
        "streams": LIFTS.value,
        "fleet_snapshots": dict(records.answers),
        "fleet_snapshots_per_second": round(records.answers[200] / FLEET_SECONDS.value, 1),
        "decisions_shown": len(to_screen),
        "upload_to_screen_ms": [round(1000 * percentile(to_screen, p), 1) for p in (50, 99)],
        "streams_opened_again": records.reconnects,
        "plays": len(records.played),
        "plays_lost": len(records.played - records.delivered),
        "gateway_cores": round((_cpu_seconds(gateway) - cpu) / (time.monotonic() - started), 2),
        "gateway_mib": _resident_mib(gateway),
    }


async def _closed_loop(address: str, fleet: list[Member], request: Request) -> float:
    """Requests in a second of connections that each send one after the other."""
    done, end = 0, time.monotonic() + SECONDS.value

    async def connection(member: Member) -> None:
        nonlocal done
        async with httpx.AsyncClient(base_url=address, timeout=30) as http:
            camera = Camera(http, member, str(uuid.uuid4()))
            while time.monotonic() < end:
                (await request(http, camera)).raise_for_status()
                done += 1

    async with asyncio.TaskGroup() as group:
        for member in fleet[:_CONNECTIONS]:
            group.create_task(connection(member))
    return done / SECONDS.value


async def _health(http: httpx.AsyncClient, _: Camera) -> httpx.Response:
    return await http.get("/health")


async def _snapshot(_: httpx.AsyncClient, camera: Camera) -> httpx.Response:
    return await camera.upload(jpeg())


def _cpu_seconds(gateway: StubProcess) -> float:
    with open(f"/proc/{gateway.process.pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _resident_mib(gateway: StubProcess) -> int:
    with open(f"/proc/{gateway.process.pid}/status") as file:
        [line] = [line for line in file if line.startswith("VmRSS")]
    return int(line.split()[1]) >> 10


if __name__ == "__main__":
    command_line.run(main)
