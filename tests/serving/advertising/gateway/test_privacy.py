"""A snapshot lives in memory for the length of a request, and leaves nothing behind."""

import base64
import contextlib
import io
import secrets

import httpx
from PIL import Image

from serving.advertising.store import lifts
from tests.serving.advertising.gateway.test_snapshots import events, next_state
from tests.serving.advertising.scripted_recognizer import person
from tests.serving.advertising.service import running_service
from tests.serving.advertising.stub_gateway import StubProcess

MARK = secrets.token_bytes(24)
TRACES = (MARK, base64.b64encode(MARK), MARK.hex().encode(), repr(MARK)[2:-1].encode())


def marked_jpeg(megabytes):
    """A JPEG that bears the mark in its comments, all over its length."""
    file = io.BytesIO()
    Image.effect_noise((640, 480), 90).convert("RGB").save(file, "JPEG", quality=95, comment=MARK)
    content = file.getvalue()
    comment = MARK * 2000
    segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
    return content[:2] + segment * (megabytes * (1 << 20) // len(segment)) + content[2:]


def post(http, lift, token, number, body, content_type="image/jpeg"):
    headers = {
        "Authorization": f"Bearer {token}",
        "Boot-Id": "11111111-1111-4111-8111-111111111111",
        "Sequence": str(number),
        "Content-Type": content_type,
    }
    with contextlib.suppress(httpx.TransportError):  # refused before all of it was read
        return http.post(f"/v1/lifts/{lift}/snapshots", content=body, headers=headers)


def test_no_byte_of_a_snapshot_is_written_anywhere(tmp_path):
    """Looks through the store with its journals, temporary files, output, answers and metrics."""
    home = tmp_path / "home"
    home.mkdir()
    url = f"sqlite:///{home}/store.db"
    with running_service(url) as service:
        camera, screen = service.enrol()
        service.approve("house", "pram", "van")
        service.put_in_force()
    places = {"HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    heard = []
    with StubProcess(url, "holding_baby", env=places, cwd=str(home)) as gateway:
        with httpx.Client(base_url=gateway.address, timeout=20) as http:
            with http.stream("GET", **events(screen)) as stream:
                lines = stream.iter_lines()
                heard.append(str(next_state(lines)))
                answers = [
                    post(http, "lift-1", camera, 1, marked_jpeg(2)),
                    post(http, "lift-1", camera, 2, marked_jpeg(5)),
                    post(http, "lift-1", camera, 3, marked_jpeg(1)[:5000]),
                    post(http, "lift-1", camera, 4, MARK * 50_000),
                    post(
                        http, "lift-1", camera, 5, marked_jpeg(2), "multipart/form-data; boundary=b"
                    ),
                    post(http, "lift-1", "wrong", 6, marked_jpeg(2)),
                ]
                heard.append(str(next_state(lines)))
            answers += [http.get("/metrics"), http.get("/ready"), http.get("/operator/")]
        assert answers[0].json()["decision"]
        heard += [answer.text for answer in answers if answer is not None]
        running = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
        heard.append(gateway.kill())
    ended = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert any(b"prams" in content for content in ended)  # it is the store that was looked through
    for content in (*running, *ended, *(text.encode() for text in heard)):
        assert not [trace for trace in TRACES if trace in content]
    assert {path.name for path in home.rglob("*")} <= {"store.db", "store.db-wal", "store.db-shm"}


def test_what_is_kept_of_a_snapshot_is_which_rules_were_met(tmp_path):
    """The state of a lift names campaigns; no attribute, score or person."""
    with running_service(f"sqlite:///{tmp_path}/store.db") as service:
        camera, _ = service.enrol()
        service.approve("house", "pram", "van")
        service.put_in_force()
        service.gateway.recognizer.people = (person("holding_baby", "suit"), person("suit"))
        service.snapshot(camera)
        _, state = service.read(lifts.read_state, "lift-1")
        kept = state.model_dump(mode="json")["outcomes"][0]
        at = kept.pop("at")
        assert kept == {"present": True, "met": ["prams"], "audience": 2}
        assert abs(at - service.gateway.clock()) < 60
        assert "suit" not in state.model_dump_json()
        assert "holding_baby" not in state.model_dump_json()
