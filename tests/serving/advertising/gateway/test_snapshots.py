"""What a lift's camera is answered."""

import json
import socket
import struct
import time
import uuid

import pytest

from serving.advertising.gateway.settings import Settings
from serving.advertising.recognition.recognizer import UnavailableError, UnfitSnapshotError
from serving.advertising.store import lifts, overrides
from tests.serving.advertising.scripted_recognizer import ScriptedRecognizer, person
from tests.serving.advertising.service import jpeg, running_service


@pytest.fixture
def recognizer():
    return ScriptedRecognizer(person("holding_baby"))


@pytest.fixture
def service(tmp_path, recognizer):
    with running_service(f"sqlite:///{tmp_path}/store.db", recognizer) as service:
        service.approve("house", "pram", "van")
        service.put_in_force()
        yield service


def detail(answer, status):
    """The one line of an error."""
    assert answer.status_code == status, answer.text
    [(key, line)] = answer.json().items()
    assert key == "detail"
    assert "\n" not in line
    return line


def test_a_passenger_chooses_what_the_screen_shows(service):
    camera, screen = service.enrol()
    answer = service.snapshot(camera)
    assert answer.status_code == 200
    assert answer.json()["people"] == 1
    state = service.screen(screen, "GET", "").json()
    assert state["decision"]["id"] == answer.json()["decision"]
    assert state["decision"]["item"]["name"] == "pram"
    assert state["decision"]["item"]["campaign"] == "prams"
    assert [item["name"] for item in state["playlist"]] == ["house"]
    assert {item["name"] for item in state["cache"]} == {"house", "pram", "van"}


def test_nobody_there_leaves_the_default_playlist(service, recognizer):
    camera, screen = service.enrol()
    recognizer.people = ()
    assert service.snapshot(camera).json() == {"people": 0, "decision": None, "next_in": 5.0}
    assert service.screen(screen, "GET", "").json()["decision"] is None


def test_a_decision_is_withdrawn_when_its_passenger_has_left(service, recognizer):
    camera, screen = service.enrol()
    assert service.snapshot(camera).json()["decision"]
    recognizer.people = ()
    assert service.snapshot(camera).json()["decision"] is None
    assert service.screen(screen, "GET", "").json()["decision"] is None


def test_nothing_that_no_rule_asks_for_is_computed(service, recognizer):
    camera, _ = service.enrol()
    service.snapshot(camera)
    assert recognizer.wanted == {"holding_baby", "courier"}


def test_a_rule_that_the_policy_refuses_never_fires_and_computes_nothing(service, recognizer):
    camera, _ = service.enrol()
    recognizer.people = (person("child"),)
    service.put_in_force(
        "timezone: UTC\ndefault_playlist: [house]\n"
        "campaigns: {toys: {creatives: [pram], when: {someone: child}}}"
    )
    assert service.snapshot(camera).json()["decision"] is None
    assert recognizer.wanted == frozenset()


def test_a_rule_for_an_attribute_that_the_model_no_longer_has_does_not_fire(service, recognizer):
    camera, _ = service.enrol()
    recognizer.known = frozenset({"suit"})
    assert service.snapshot(camera).json()["decision"] is None


@pytest.mark.parametrize("token", ["wrong", "x" * 10_000])
def test_an_unknown_token(service, token):
    service.enrol()
    assert "token" in detail(service.snapshot(token), 401)


def test_no_token(service):
    service.enrol()
    answer = service.http.post("/v1/lifts/lift-1/snapshots", content=jpeg())
    assert "Authorization: Bearer" in detail(answer, 401)


def test_the_token_of_another_lift(service):
    camera, _ = service.enrol()
    service.enrol("lift-2", "screen-2")
    assert "lift-2" in detail(service.snapshot(camera, "lift-2"), 403)


def test_the_token_of_a_screen(service):
    _, screen = service.enrol()
    assert "token" in detail(service.snapshot(screen), 401)


def test_rotated_and_revoked_tokens(service):
    first, _ = service.enrol()
    second = service.write(lifts.rotate_token, "lift-1")
    assert service.snapshot(first).status_code == 401
    assert service.snapshot(second).status_code == 200
    service.write(lifts.revoke_token, "lift-1")
    assert service.snapshot(second).status_code == 401


def test_a_lift_that_is_switched_off_is_not_looked_at(service, recognizer):
    camera, _ = service.enrol()
    service.write(lifts.switch, "lift-1", enabled=False)
    assert "switched off" in detail(service.snapshot(camera), 403)
    assert recognizer.wanted is None


def test_whoever_is_told_of_looks_is_told_of_each(service):
    camera, _ = service.enrol()
    told = []
    service.gateway.on_look = lambda lift, look: told.append((lift, len(look.people)))
    service.snapshot(camera)
    assert told == [("lift-1", 1)]


def test_stale_and_out_of_order_snapshots(service):
    camera, _ = service.enrol()
    assert service.snapshot(camera, sequence=7).status_code == 200
    for stale in (7, 6, 1):
        assert "later" in detail(service.snapshot(camera, sequence=stale), 409)
    former, service.boot_id = service.boot_id, str(uuid.uuid4())
    assert service.snapshot(camera, sequence=1).status_code == 200  # numbers restart with a boot
    service.boot_id = former
    assert "later" in detail(service.snapshot(camera, sequence=8), 409)


def test_a_snapshot_that_took_too_long_to_arrive(service):
    camera, _ = service.enrol()
    answer = service.snapshot(camera, headers={"Snapshot-Age": "10001"})
    assert "10.001 s old" in detail(answer, 409)
    assert service.snapshot(camera, headers={"Snapshot-Age": "9999"}).status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [("Boot-Id", "7"), ("Sequence", "0"), ("Sequence", "x"), ("Snapshot-Age", "-1")],
)
def test_wrong_headers(service, name, value):
    camera, _ = service.enrol()
    assert name.lower() in detail(service.snapshot(camera, headers={name: value}), 422).lower()


def test_too_many_snapshots_are_told_when_to_come_again(tmp_path):
    settings = Settings(snapshot_interval=60.0, snapshot_burst=2, secure_cookies=False)
    with running_service(f"sqlite:///{tmp_path}/store.db", settings=settings) as service:
        camera, _ = service.enrol()
        assert [service.snapshot(camera).status_code for _ in range(2)] == [200, 200]
        answer = service.snapshot(camera)
        assert "too fast" in detail(answer, 429)
        assert 50 < int(answer.headers["Retry-After"]) <= 60


@pytest.mark.parametrize("body", [b"", b"no image", jpeg()[:20], b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_a_body_that_is_no_jpeg(service, body):
    camera, _ = service.enrol()
    assert "JPEG" in detail(service.snapshot(camera, body=body), 400)


def test_a_jpeg_that_the_model_cannot_decode(service, recognizer):
    camera, _ = service.enrol()
    recognizer.error = UnfitSnapshotError("The snapshot is broken; send a JPEG.")
    assert "broken" in detail(service.snapshot(camera), 400)


def test_another_content_type(service):
    camera, _ = service.enrol()
    answer = service.snapshot(camera, headers={"Content-Type": "multipart/form-data"})
    assert "image/jpeg" in detail(answer, 415)


def test_a_huge_body_is_refused_unread(service):
    camera, _ = service.enrol()
    assert "4 MiB" in detail(service.snapshot(camera, body=bytes((4 << 20) + 1)), 413)


def test_a_huge_body_of_unstated_length(service):
    camera, _ = service.enrol()
    chunks = (bytes(1 << 20) for _ in range(8))
    assert "4 MiB" in detail(service.snapshot(camera, body=chunks), 413)


def test_a_picture_that_says_it_is_enormous(service):
    """Only its header says so: nothing of that size is ever decoded."""
    camera, _ = service.enrol()
    content = bytearray(jpeg())
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack(">HH", 60_000, 60_000)
    assert "megapixels" in detail(service.snapshot(camera, body=bytes(content)), 400)


def test_enormous_headers(service):
    host, port = service.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nX: " + b"a" * 100_000)
        assert b" 400 " in connection.recv(1000)


def test_a_model_server_that_gives_no_answer(service, recognizer):
    camera, _ = service.enrol()
    recognizer.error = UnavailableError("No model server answers at nowhere:1.")
    answer = service.snapshot(camera)
    assert detail(answer, 503) == "The model server gives no answer now."
    assert int(answer.headers["Retry-After"]) >= 1


def test_an_unknown_lift(service):
    camera, _ = service.enrol()
    assert service.snapshot(camera, "no-such-lift").status_code == 403
    assert service.snapshot(camera, "../etc/passwd").status_code == 404


def test_an_override_is_in_the_state_until_it_ends(service):
    _, screen = service.enrol(group="north")
    now = service.gateway.clock()
    service.write(overrides.start, by="test", now=now, seconds=60, group="south", text="Leave")
    service.refresh()
    assert service.screen(screen, "GET", "").json()["override"] is None
    identifier = service.write(
        overrides.start, by="test", now=now, seconds=60, group="north", text="Leave now"
    )
    service.refresh()
    override = service.screen(screen, "GET", "").json()["override"]
    assert override == {"id": identifier, "text": "Leave now", "item": None}
    service.write(overrides.end, identifier, by="test", now=now)
    service.refresh()
    assert service.screen(screen, "GET", "").json()["override"] is None


def test_an_override_that_is_over_ends_by_itself(tmp_path):
    now = [time.time()]
    with running_service(f"sqlite:///{tmp_path}/s.db", clock=lambda: now[0]) as service:
        _, screen = service.enrol()
        service.write(overrides.start, by="test", now=now[0], seconds=60, text="Leave now")
        service.refresh()
        with service.http.stream("GET", **events(screen)) as stream:
            lines = stream.iter_lines()
            assert next_state(lines)["override"]["text"] == "Leave now"
            now[0] += 61
            assert next_state(lines)["override"] is None


def events(token):
    return {
        "url": "/v1/screens/me/events",
        "headers": {"Authorization": f"Bearer {token}"},
        "timeout": 20,
    }


def next_state(lines):
    """The next state of a stream."""
    return next(
        json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")
    )
