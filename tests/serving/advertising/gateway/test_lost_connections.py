"""A killed gateway, lost answers and doubled deliveries: each play is stored exactly once."""

import contextlib
import random
import threading
import uuid

import httpx
import pytest
from sqlalchemy import func, select

from serving.advertising.store.tables import plays
from tests.serving.advertising.gateway.test_screens import a_play
from tests.serving.advertising.service import running_service
from tests.serving.advertising.stub_gateway import StubProcess

PLAYS = 1000
OUTAGE_SECONDS = 6 * 3600
KILLS = 3


def plays_of_an_outage(chance):
    """What a screen has queued after six hours without network."""
    for number in range(PLAYS):
        began = 1_790_000_000_000 + number * 1000 * OUTAGE_SECONDS // PLAYS
        yield a_play(
            id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            scheduled_start=began,
            scheduled_end=began + 10_000,
            actual_start=began,
            actual_end=began + 10_000,
        )


def deliver(http, token, batch):
    """IDs that the gateway has acknowledged, of a batch that is sent twice."""
    acknowledged = set()
    for _ in range(2):
        with contextlib.suppress(httpx.TransportError):
            answer = http.post(
                "/v1/screens/me/plays",
                json={"plays": batch},
                headers={"Authorization": f"Bearer {token}"},
            )
            if answer.status_code == 200:
                acknowledged |= set(answer.json()["stored"])
    return acknowledged


def test_a_thousand_plays_of_an_outage_are_stored_a_thousand_times(store_url):
    with running_service(store_url) as service:
        _, screen = service.enrol()
    chance = random.Random(7)
    queue = list(plays_of_an_outage(chance))
    kills, port, lost = 0, 0, 0
    while queue:
        with StubProcess(store_url, port=port) as gateway:
            port = gateway.port
            with httpx.Client(base_url=gateway.address, timeout=20) as http:
                if kills < KILLS:
                    kills += 1
                    threading.Timer(chance.uniform(0.0, 0.3), gateway.process.kill).start()
                while queue:
                    batch = queue[: chance.randint(1, 100)]
                    acknowledged = deliver(http, screen, batch)
                    queue = [play for play in queue if play["id"] not in acknowledged]
                    if not acknowledged:
                        lost += 1
                        break
    assert kills == KILLS
    assert lost == KILLS
    with running_service(store_url) as service:
        number, span = service.read(_counted)
        assert number == PLAYS
        assert span == pytest.approx(OUTAGE_SECONDS - OUTAGE_SECONDS / PLAYS, abs=0.001)


async def _counted(connection):
    span = func.max(plays.c.actual_start) - func.min(plays.c.actual_start)
    return (await connection.execute(select(func.count(), span).select_from(plays))).one()
