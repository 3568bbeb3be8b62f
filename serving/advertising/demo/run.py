"""Runs the demonstration beside a gateway: people come and go, screens change."""

import asyncio
from collections.abc import Callable

import httpx

from serving.advertising.demo.furnishing import Furnished, furnish
from serving.advertising.fleet.records import Records
from serving.advertising.fleet.scenes import Scenes
from serving.advertising.fleet.simulated_lift import simulate_lift
from serving.advertising.fleet.traffic import Traffic
from serving.advertising.gateway.gateway import Gateway

_SCENES = 24
_INTERVAL = 4.0
_ARRIVALS = 90.0
_STAY = 40.0
_TIMEOUT = 60.0  # the first look of a model takes a while


async def run_demo(
    address: str,
    gateway: Gateway,
    tell: Callable[[Furnished], None],
    *,
    seed: int,
    seconds: float = float("inf"),
    tls_ca: str | None = None,
) -> Records:
    """Furnishes the gateway's store and has drawn lifts upload what their cameras see.

    Args:
      address: Of the gateway.
      gateway: The gateway itself.
      tell: Called once lifts and screens are enrolled.
      seed: Seed of who comes and when.
      seconds: How long; until it is cancelled by default.
      tls_ca: PEM file of the authority that signed the gateway's certificate.

    Raises:
      GraftNetError: the store holds a demonstration already.
    """
    furnished = await furnish(gateway)
    tell(furnished)
    scenes = await asyncio.to_thread(Scenes.draw, _SCENES, seed)
    records = Records()
    async with (
        httpx.AsyncClient(base_url=address, timeout=_TIMEOUT, verify=tls_ca or True) as http,
        asyncio.TaskGroup() as group,
    ):
        for one in furnished.lifts:
            name = f"{seed}/{one.lift}"
            group.create_task(
                simulate_lift(
                    http,
                    one,
                    scenes,
                    Traffic(_ARRIVALS, _STAY, name),
                    records,
                    interval=_INTERVAL,
                    seconds=seconds,
                    seed=name,
                )
            )
    return records
