"""A small fleet against a real gateway: snapshots, streams, plays, and a gateway that is killed."""

import asyncio
import threading

import pytest

from serving.advertising.fleet.scenes import Scenes
from serving.advertising.fleet.simulation import FleetOptions, enrol_fleet, simulate
from serving.advertising.store.database import Database
from tests.serving.advertising.service import jpeg, running_service
from tests.serving.advertising.stub_gateway import StubProcess

SCENES = Scenes({0: [jpeg("black")], 1: [jpeg("white")]})


@pytest.fixture
def url(tmp_path):
    """A store with a schema whose advertisements last a third of a second."""
    url = f"sqlite:///{tmp_path}/store.db"
    with running_service(url) as service:
        service.approve("house", "pram", "van", seconds=0.3)
        service.put_in_force()
    return url


def run(url, gateway, lifts, seconds):
    options = FleetOptions((gateway.address,), lifts, seconds, interval=0.4)

    async def go():
        database = Database(url)
        fleet = await enrol_fleet(database, lifts)
        await database.close()
        return await simulate(options, fleet, SCENES)

    return asyncio.run(go())


def test_decisions_reach_screens_and_plays_come_back(url):
    with StubProcess(url, "holding_baby") as gateway:
        records = run(url, gateway, lifts=4, seconds=3.0)
    assert set(records.answers) == {200}
    assert len(records.upload_to_screen()) >= 4
    assert all(0 < seconds < 3 for seconds in records.upload_to_screen())
    assert len(records.played) >= 4 * 5
    assert records.played == records.delivered


def test_nothing_that_was_played_is_lost_with_a_killed_gateway(url):
    with StubProcess(url, "holding_baby") as first:

        def replace():
            first.kill()
            replaced.append(StubProcess(url, "holding_baby", port=first.port))

        replaced = []
        timer = threading.Timer(1.5, replace)
        timer.start()
        records = run(url, first, lifts=3, seconds=6.0)
        timer.join()
        replaced[0].kill()
    assert records.answers[0] > 0  # some snapshots met no gateway
    assert records.reconnects >= 3
    assert records.played == records.delivered
    assert len(records.played) >= 3 * 10
