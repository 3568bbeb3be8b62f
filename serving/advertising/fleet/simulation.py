"""Runs a fleet against a gateway and tells how it went."""

import asyncio
import contextlib
import dataclasses
import time

import httpx

from graftnet_tf.errors import GraftNetError
from serving.advertising.fleet.members import Member, enrol_member
from serving.advertising.fleet.records import Records
from serving.advertising.fleet.scenes import Scenes
from serving.advertising.fleet.simulated_lift import simulate_lift
from serving.advertising.fleet.simulated_screen import SimulatedScreen
from serving.advertising.fleet.traffic import Traffic
from serving.advertising.store import lifts
from serving.advertising.store.database import Database

_TIMEOUT = httpx.Timeout(10.0, pool=None)
_RAMP = 0.25  # part of the time over which screens are switched on
_STREAMS = httpx.Limits(max_connections=None, max_keepalive_connections=None)
_CALLS = httpx.Limits(max_connections=100, max_keepalive_connections=100)


@dataclasses.dataclass(frozen=True)
class FleetOptions:
    """How large a fleet is and what it does.

    Attributes:
      gateways: Addresses of gateways, which lifts and screens use in turn.
      lifts: Number of lifts, each with a screen.
      seconds: How long it runs.
      interval: Seconds between a lift's snapshots, on average.
      arrivals: People who enter a lift in an hour, on average.
      stay: Seconds that they stay, on average.
      seed: Seed of everything random.
      tls_ca: PEM file of the authority that signed the gateways' certificates.
    """

    gateways: tuple[str, ...]
    lifts: int
    seconds: float
    interval: float = 5.0
    arrivals: float = 120.0
    stay: float = 30.0
    seed: int = 0
    tls_ca: str | None = None


async def enrol_fleet(database: Database, number: int) -> list[Member]:
    """Enrols lifts with a screen each, `fleet-0` and so on; those of before get new tokens."""
    fleet = []
    async with database.write() as connection:
        for index in range(number):
            name, now = f"fleet-{index}", time.time()
            with contextlib.suppress(GraftNetError):
                await lifts.remove(connection, name)
            fleet.append(await enrol_member(connection, name, group="fleet", now=now))
    return fleet


async def simulate(options: FleetOptions, fleet: list[Member], scenes: Scenes) -> Records:
    """Runs cameras and screens together, and delivers all proofs of play at the end."""
    records = Records()
    async with contextlib.AsyncExitStack() as stack:
        # Apart from each other: the client looks through its connections with every call.
        calls = [await _client(stack, it, options, _CALLS) for it in options.gateways]
        streams = [await _client(stack, it, options, _STREAMS) for it in options.gateways]
        async with asyncio.TaskGroup() as group:
            for index, member in enumerate(fleet):
                place = index % len(options.gateways)
                http, seed = calls[place], f"{options.seed}/{member.lift}"
                screen = SimulatedScreen(http, streams[place], member.screen_token, records, seed)
                wait = _RAMP * options.seconds * index / len(fleet)
                group.create_task(_run_screen(screen, wait, options.seconds - wait))
                group.create_task(
                    simulate_lift(
                        http,
                        member,
                        scenes,
                        Traffic(options.arrivals, options.stay, seed),
                        records,
                        interval=options.interval,
                        seconds=options.seconds,
                        seed=seed,
                    )
                )
    return records


async def _client(
    stack: contextlib.AsyncExitStack, gateway: str, options: FleetOptions, limits: httpx.Limits
) -> httpx.AsyncClient:
    verify = options.tls_ca or True
    return await stack.enter_async_context(
        httpx.AsyncClient(base_url=gateway, timeout=_TIMEOUT, limits=limits, verify=verify)
    )


async def _run_screen(screen: SimulatedScreen, wait: float, seconds: float) -> None:
    await asyncio.sleep(wait)
    await screen.run(seconds)
    await screen.deliver()
