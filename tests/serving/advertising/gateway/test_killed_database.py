"""A database that is killed under load: nothing that was acknowledged is lost."""

import random
import threading
import time
import uuid

import httpx
import pytest
from sqlalchemy import func, select

from serving.advertising.store.tables import plays
from tests.serving.advertising import postgres_server
from tests.serving.advertising.gateway.test_screens import a_play
from tests.serving.advertising.service import running_service

KILLS = 2
PLAYS = 200
PATIENCE_SECONDS = 60
TRIES = 100


@pytest.mark.skipif(not postgres_server.INSTALLED, reason="PostgreSQL is not installed")
def test_a_killed_database_loses_no_play_and_the_gateway_goes_on():
    with postgres_server.running_postgres() as database, running_service(database.database()) as it:
        camera, screen = it.enrol()
        it.approve("house", "pram", "van")
        it.put_in_force()
        acknowledged, refused, delivered = set(), [], threading.Event()

        def deliver():
            """Each play is sent until it is acknowledged, and once more."""
            with httpx.Client(base_url=it.address, timeout=30) as http:
                for play in [a_play(id=str(uuid.uuid4())) for _ in range(PLAYS)]:
                    while play["id"] not in acknowledged or not delivered.is_set():
                        answer = http.post(
                            "/v1/screens/me/plays",
                            json={"plays": [play]},
                            headers={"Authorization": f"Bearer {screen}"},
                        )
                        if answer.status_code == 200:
                            if play["id"] in acknowledged:
                                break
                            acknowledged.update(answer.json()["stored"])
                        else:
                            refused.append(answer.status_code)
                            time.sleep(0.05)
            delivered.set()

        load = threading.Thread(target=deliver)
        load.start()
        chance = random.Random(3)
        for kill in range(KILLS):
            while len(acknowledged) < (kill + 1) * PLAYS // (KILLS + 2):
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.1))
            database.kill()
            snapshot = it.snapshot(camera)
            assert (snapshot.status_code, snapshot.json()["detail"]) == (
                503,
                "The store gives no answer now.",
            )
            database.start()
            assert any(it.snapshot(camera).status_code == 200 for _ in range(TRIES))
        load.join(PATIENCE_SECONDS)
        assert delivered.is_set()
        stored = it.read(_stored)
    assert set(refused) == {503}
    assert len(acknowledged) == PLAYS
    assert stored == PLAYS


async def _stored(connection):
    return (await connection.execute(select(func.count()).select_from(plays))).scalar_one()
