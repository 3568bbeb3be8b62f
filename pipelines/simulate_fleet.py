"""A fleet of drawn lifts that drives advertising gateways over their HTTP API.

Each lift has a camera that uploads drawn snapshots, of passengers who come and go at random, and a
screen that holds a real stream, plays in real time and proves its plays. The lifts are enrolled in
the gateways' --database. Ends with a table of what was measured.
"""

import asyncio
import json
import math

import uvloop
from absl import flags
from tqdm import tqdm

from pipelines import command_line
from pipelines.flags.database import DATABASE
from serving.advertising.fleet.records import Records, percentile
from serving.advertising.fleet.scenes import Scenes
from serving.advertising.fleet.simulation import FleetOptions, enrol_fleet, simulate
from serving.advertising.store.database import Database

GATEWAYS = flags.DEFINE_list("gateways", ["http://127.0.0.1:8600"], "Addresses, used in turn.")
LIFTS = flags.DEFINE_integer("lifts", 20, "Number of lifts.", lower_bound=1)
SECONDS = flags.DEFINE_float("seconds", 60.0, "How long it runs.", lower_bound=1)
INTERVAL = flags.DEFINE_float(
    "interval", 5.0, "Seconds between a lift's snapshots, on average.", lower_bound=0.01
)
ARRIVALS = flags.DEFINE_float(
    "arrivals", 120.0, "People who enter a lift in an hour, on average.", lower_bound=0
)
STAY = flags.DEFINE_float("stay", 30.0, "Seconds that they stay, on average.", lower_bound=1)
SCENES = flags.DEFINE_integer("scenes", 40, "Snapshots to draw.", lower_bound=1)
SEED = flags.DEFINE_integer("seed", 0, "Seed of everything random.", lower_bound=0)
TLS_CA = flags.DEFINE_string(
    "tls_ca", None, "PEM file of the authority that signed the server's certificate."
)
JSON = flags.DEFINE_bool("json", False, "Print one JSON object as the last line.")


def main() -> None:
    options = FleetOptions(
        gateways=tuple(GATEWAYS.value),
        lifts=LIFTS.value,
        seconds=SECONDS.value,
        interval=INTERVAL.value,
        arrivals=ARRIVALS.value,
        stay=STAY.value,
        seed=SEED.value,
        tls_ca=TLS_CA.value,
    )
    scenes = Scenes.draw(SCENES.value, SEED.value)
    records = uvloop.run(_run(options, scenes))
    measured = _measured(records, options.seconds)
    for name, value in measured.items():
        print(f"{name:<42}{value:>12}")
    if JSON.value:
        print(json.dumps(measured))


async def _run(options: FleetOptions, scenes: Scenes) -> Records:
    database = Database(DATABASE.value)
    await database.open()
    fleet = await enrol_fleet(database, options.lifts)
    await database.close()
    progress = asyncio.create_task(_show_progress(options.seconds))
    try:
        return await simulate(options, fleet, scenes)
    finally:
        progress.cancel()


async def _show_progress(seconds: float) -> None:
    for _ in tqdm(range(math.ceil(seconds)), unit="s"):
        await asyncio.sleep(1)


def _measured(records: Records, seconds: float) -> dict[str, float | int | str]:
    to_screen = records.upload_to_screen()
    answers = ", ".join(f"{status}: {number}" for status, number in sorted(records.answers.items()))
    return {
        "snapshots answered in a second": round(records.answers[200] / seconds, 1),
        "answers by status": answers,
        "upload to answer, p50 (ms)": _milliseconds(percentile(records.upload_seconds, 50)),
        "upload to answer, p99 (ms)": _milliseconds(percentile(records.upload_seconds, 99)),
        "decisions that reached a screen": len(to_screen),
        "upload to screen, p50 (ms)": _milliseconds(percentile(to_screen, 50)),
        "upload to screen, p99 (ms)": _milliseconds(percentile(to_screen, 99)),
        "states received": records.events,
        "streams opened again": records.reconnects,
        "plays": len(records.played),
        "plays not acknowledged": len(records.played - records.delivered),
    }


def _milliseconds(seconds: float) -> float | str:
    return "-" if math.isnan(seconds) else round(1000 * seconds, 1)


def main_cli() -> None:
    command_line.run(main)


if __name__ == "__main__":
    main_cli()
