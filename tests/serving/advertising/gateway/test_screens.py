"""What screens are told, and what they report."""

import json
import sqlite3
import uuid

import pytest

from serving.advertising.store import screens
from tests.serving.advertising.gateway.test_snapshots import detail, events, next_state
from tests.serving.advertising.scripted_recognizer import ScriptedRecognizer, person
from tests.serving.advertising.service import creative, running_service
from tests.serving.advertising.stub_gateway import StubProcess


@pytest.fixture
def recognizer():
    return ScriptedRecognizer(person("holding_baby"), person("suit"))


@pytest.fixture
def service(tmp_path, recognizer):
    with running_service(f"sqlite:///{tmp_path}/store.db", recognizer) as service:
        service.approve("house", "pram", "van")
        service.put_in_force()
        yield service


def a_play(**fields):
    return {
        "id": str(uuid.uuid4()),
        "creative": creative("pram").sha256,
        "campaign": "prams",
        "decision_id": None,
        "scheduled_start": 1_000_000,
        "scheduled_end": 1_010_000,
        "actual_start": 1_000_100,
        "actual_end": 1_010_100,
        "completed": True,
    } | fields


def send(service, token, *plays):
    return service.screen(token, "POST", "/plays", json={"plays": list(plays)})


def stored(service):
    """Rows of the table of plays."""
    path = service.gateway.database.name.removeprefix("sqlite+aiosqlite:///")
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute("SELECT * FROM plays").fetchall()


def test_a_stream_begins_with_the_state_and_goes_on_with_each_change(service, recognizer):
    camera, screen = service.enrol()
    with service.http.stream("GET", **events(screen)) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        first = next_state(lines)
        assert (first["lift"], first["screen"], first["decision"]) == ("lift-1", "screen-1", None)
        decision = service.snapshot(camera).json()["decision"]
        second = next_state(lines)
        assert second["decision"]["id"] == decision
        assert second["revision"] > first["revision"]


def test_a_screen_hears_nothing_of_another_lift(service):
    camera, screen = service.enrol()
    other, _ = service.enrol("lift-2", "screen-2")
    with service.http.stream("GET", **events(screen)) as stream:
        lines = stream.iter_lines()
        assert next_state(lines)["decision"] is None
        service.snapshot(other, "lift-2")
        own = service.snapshot(camera).json()["decision"]
        state = next_state(lines)
        assert (state["lift"], state["decision"]["id"]) == ("lift-1", own)


@pytest.mark.parametrize("path", ["", "/events", "/channel"])
def test_a_camera_cannot_listen(service, path):
    camera, _ = service.enrol()
    assert "screen" in detail(service.screen(camera, "GET", path), 401)


def test_a_stream_ends_with_its_token(service, monkeypatch):
    monkeypatch.setattr("serving.advertising.gateway.routes.screens._TOKEN_SECONDS", 0.05)
    _, screen = service.enrol()
    with service.http.stream("GET", **events(screen)) as stream:
        lines = stream.iter_lines()
        next_state(lines)
        service.write(screens.revoke_token, "screen-1")
        assert not [line for line in lines if line.startswith("data: ")]
    assert service.screen(screen, "GET", "").status_code == 401


def test_a_decision_that_a_screen_has_begun_waits_no_longer(service):
    camera, screen = service.enrol()
    decision = service.snapshot(camera).json()["decision"]
    playing = {
        "creative": creative("pram").sha256,
        "campaign": "prams",
        "decision_id": decision,
        "started_at": int(service.gateway.clock() * 1000),
    }
    presence = {"session": str(uuid.uuid4()), "playing": playing, "cached_files": 3}
    answer = service.screen(screen, "POST", "/presence", json=presence)
    assert abs(answer.json()["server_time"] / 1000 - service.gateway.clock()) < 60
    assert service.screen(screen, "GET", "").json()["decision"] is None
    assert service.snapshot(camera).json()["decision"] not in (None, decision)  # the next one
    [row] = service.read(screens.listed)
    assert (row["cached_files"], row["playing"]["decision_id"]) == (3, decision)


@pytest.mark.parametrize(
    "presence",
    [{}, {"session": "x"}, {"session": str(uuid.uuid4()), "unknown": 1}, [], {"session": None}],
)
def test_a_presence_that_is_none(service, presence):
    _, screen = service.enrol()
    assert detail(service.screen(screen, "POST", "/presence", json=presence), 422)


def test_a_play_is_stored_once_with_its_audience(service):
    camera, screen = service.enrol()
    play = a_play(decision_id=service.snapshot(camera).json()["decision"])
    for _ in range(2):
        answer = send(service, screen, play, play)
        assert answer.json() == {"stored": [play["id"]] * 2, "put_aside": []}
    [row] = stored(service)
    assert (row["screen"], row["lift"], row["campaign"]) == ("screen-1", "lift-1", "prams")
    assert (row["actual_start"], row["actual_end"], row["completed"]) == (1000.1, 1010.1, 1)
    assert row["audience"] == 2  # min_audience


def test_an_audience_below_the_least_is_not_counted(service, recognizer):
    recognizer.people = recognizer.people[:1]
    camera, screen = service.enrol()
    send(service, screen, a_play(decision_id=service.snapshot(camera).json()["decision"]))
    [row] = stored(service)
    assert row["audience"] is None


def test_a_bad_record_is_put_aside_alone(service):
    _, screen = service.enrol()
    good = [a_play(), a_play()]
    bad = [
        a_play(actual_end=0),
        a_play(id="7"),
        a_play(campaign="../x"),
        {"id": "8"},
        None,
        a_play(extra=1),
    ]
    answer = send(service, screen, good[0], *bad, good[1]).json()
    assert answer["stored"] == [play["id"] for play in good]
    assert [one["id"] for one in answer["put_aside"]][1:4:2] == ["7", "8"]
    assert len(answer["put_aside"]) == len(bad)
    assert all(one["reason"] for one in answer["put_aside"])
    assert len(stored(service)) == 2


def test_a_batch_beyond_the_limit(service):
    _, screen = service.enrol()
    assert "plays" in detail(send(service, screen, *[a_play()] * 101), 422)


def test_a_screen_cannot_claim_the_decision_of_another_lift(service):
    camera, _ = service.enrol()
    _, other = service.enrol("lift-2", "screen-2")
    decision = service.snapshot(camera).json()["decision"]
    send(service, other, a_play(decision_id=decision))
    [row] = stored(service)
    assert (row["lift"], row["audience"]) == ("lift-2", None)
    assert service.snapshot(camera).json()["decision"] == decision  # it still waits


def test_creatives_are_given_to_screens_alone(service):
    camera, screen = service.enrol()
    path = f"/v1/creatives/{creative('pram').sha256}"
    answer = service.http.get(path, headers={"Authorization": f"Bearer {screen}"})
    assert (answer.content, answer.headers["content-type"]) == (b"pram", "image/png")
    assert "max-age=31536000" in answer.headers["cache-control"]
    assert service.http.get(path).status_code == 401
    assert service.http.get(path, headers={"Authorization": f"Bearer {camera}"}).status_code == 401
    for wrong, status in (("0" * 64, 404), ("..%2f..%2fetc%2fpasswd", 404), ("xyz", 422)):
        answer = service.http.get(
            f"/v1/creatives/{wrong}", headers={"Authorization": f"Bearer {screen}"}
        )
        assert detail(answer, status)


def test_every_answer_has_the_headers_that_guard_pages(service):
    for path in ("/health", "/docs", "/v1/screens/me", "/nowhere"):
        headers = service.http.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_health_readiness_metrics_and_the_api_page(service):
    camera, _ = service.enrol()
    service.snapshot(camera)
    assert service.http.get("/health").json() == {"status": "ok"}
    assert service.http.get("/ready").json()["status"] == "ready"
    metrics = service.http.get("/metrics").text
    assert 'graftnet_advertise_snapshots_total{outcome="200"} 1.0' in metrics
    assert 'stage_seconds_count{stage="recognize"} 1.0' in metrics
    assert "lift-1" not in metrics
    assert (
        "/v1/lifts/{lift}/snapshots" in json.loads(service.http.get("/openapi.json").text)["paths"]
    )


def test_a_hundred_open_streams_do_not_keep_it_from_stopping(tmp_path):
    import httpx

    url = f"sqlite:///{tmp_path}/store.db"
    with running_service(url) as service:
        _, screen = service.enrol()
    with (
        StubProcess(url, "holding_baby") as gateway,
        httpx.Client(base_url=gateway.address, limits=httpx.Limits(max_connections=None)) as http,
    ):
        streams = [http.stream("GET", **events(screen)) for _ in range(100)]
        for stream in streams:
            next_state(stream.__enter__().iter_lines())
        gateway.process.terminate()
        assert gateway.process.wait(timeout=5) == 0
