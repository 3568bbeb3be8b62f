"""Live lifts: what is told of each, and how it is enrolled and switched off."""

import re

import pytest

from serving.advertising.gateway.live_view import LastLook
from serving.advertising.store import lifts, screens
from tests.serving.advertising.operator_pages.operator_client import Operator
from tests.serving.advertising.operator_pages.page_text import words
from tests.serving.advertising.operator_pages.set_clock import SetClock
from tests.serving.advertising.scripted_recognizer import ScriptedRecognizer, person
from tests.serving.advertising.service import running_service

SESSION = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def service(tmp_path, clock):
    recognizer = ScriptedRecognizer(person("holding_baby"))
    with running_service(f"sqlite:///{tmp_path}/store.db", recognizer, clock=clock) as service:
        yield service


def test_a_lift_is_enrolled_and_its_token_shown_once(service, admin, audited):
    fields = {"group": "north", "tags": "office, tall", "time_zone": "Europe/Berlin"}
    page = admin.post("/operator/lifts", name="lift-7", **fields)
    assert page.status_code == 200
    token = re.search(r'id="token"[^>]* value="([^"]{43})"', page.text)[1]
    command = f"graftnet-lift-agent --gateway={service.address} --lift=lift-7"
    assert f"{command} --token_file=lift-7.token --allow_http" in words(page)
    assert service.snapshot(token, "lift-7").status_code == 200
    assert token not in admin.get("/operator/lifts/lift-7").text
    assert audited() == [("olga", "enrolled lift", "lift-7", "")]
    lift = service.read(lifts.find, "lift-7")
    assert (lift["group_name"], lift["tags"]) == ("north", ["office", "tall"])
    assert lift["timezone"] == "Europe/Berlin"


def test_states_of_cameras(service, admin, clock):
    camera, _ = service.enrol()
    page = words(admin.get("/operator/live/lifts"))
    assert "no snapshot yet" in page
    service.approve("house", "pram", "van")
    service.put_in_force()
    service.snapshot(camera)
    clock.now += 12
    assert "seen 12 s ago" in words(admin.get("/operator/live/lifts"))
    clock.now += 79
    assert "camera lost for 1 min" in words(admin.get("/operator/live/lifts"))
    assert "1 lift; from 0 a snapshot has come" in words(admin.get("/operator/live/lifts"))
    service.write(lifts.revoke_token, "lift-1")
    assert "token revoked" in words(admin.get("/operator/live/lifts"))


def test_what_a_screen_plays_now_until_it_is_offline(service, admin, clock):
    service.enrol()
    service.approve("house")
    sha256 = service.read(lambda connection: _sha256(service))
    playing = {"creative": sha256, "campaign": "default", "decision_id": None, "started_at": 0}
    service.write(
        screens.keep_presence,
        "screen-1",
        session=SESSION,
        now=clock.now,
        playing=playing,
        clock_offset=0.25,
        cached_files=3,
    )
    service.refresh()
    assert "default (house)" in words(admin.get("/operator/live/lifts"))
    shown = words(admin.get("/operator/screens"))
    assert "online seen 0 s ago default (house) +0.25 s 3" in shown
    clock.now += 91
    assert "default (house)" not in words(admin.get("/operator/live/lifts"))
    assert "offline since 15 Jan 08:00" in words(admin.get("/operator/screens"))
    assert "screen-1" in words(admin.get("/operator/screens?only=offline"))
    clock.now -= 91
    assert "No screen is like that." in words(admin.get("/operator/screens?only=offline"))


async def _sha256(service):
    await service.gateway.refresh()
    return service.gateway.catalog.creatives["house"].sha256


def test_a_lift_moves_to_another_group_with_its_screens(service, admin, audited):
    _, screen = service.enrol(group="east")
    at = "/operator/lifts/lift-1"
    page = admin.done(f"{at}/belonging", group="west", tags="new, vip", time_zone="Asia/Kolkata")
    assert "Group west Tags new, vip Time zone Asia/Kolkata" in words(page)
    assert 'value="west"' in admin.get(at).text
    assert audited()[0][1:] == (
        "edited lift",
        "lift-1",
        "group west, tags new vip, time zone Asia/Kolkata",
    )
    service.refresh()
    assert service.screen(screen, "GET", "").json()["off_hours"]["timezone"] == "Asia/Kolkata"
    refused = admin.post(f"{at}/belonging", group="west", tags="", time_zone="Mars/Olympus")
    assert refused.status_code == 400
    assert "Mars/Olympus" in words(refused)
    assert "Group west" in words(admin.get(at))


def test_switching_off_withdraws_what_waits(service, admin):
    camera, screen = service.enrol()
    service.approve("house", "pram", "van")
    service.put_in_force()
    assert service.snapshot(camera).json()["decision"]
    admin.done("/operator/lifts/lift-1/switch", recognition="off")
    assert service.screen(screen, "GET", "").json()["decision"] is None
    assert "switched off" in service.snapshot(camera).text


def test_a_lift_tells_of_its_last_snapshot_and_why(service, admin, clock):
    camera, _ = service.enrol()
    service.approve("house", "pram", "van")
    service.put_in_force()
    assert service.snapshot(camera).json()["decision"]
    clock.now += 3
    page = words(admin.get("/operator/live/lifts/lift-1"))
    assert "3 s ago: 1 person." in page
    assert "holding_baby 0.90 ✓ yes" in page
    assert "backpack 0.10" in page
    assert "prams (pram, 10 s) waited" in page
    assert "prams 100 %" in page
    assert "condition : someone: holding_baby (1 of 1)" in page
    assert "✗ fails condition : count of courier ≥ 2 (there are 0)" in page
    assert "met in 1 of the last 1 snapshots" in page


def test_what_was_seen_is_forgotten(service, admin, clock):
    camera, _ = service.enrol()
    service.approve("house", "pram", "van")
    service.put_in_force()
    service.snapshot(camera)
    clock.now += 31
    page = words(admin.get("/operator/live/lifts/lift-1"))
    assert "No snapshot has come in the last 30 s. What was seen before is forgotten." in page
    assert "holding_baby" not in page


def test_a_snapshot_that_another_gateway_answered(service, admin, clock):
    camera, _ = service.enrol()
    service.snapshot(camera)
    service.gateway.live.forget("lift-1")
    page = words(admin.get("/operator/live/lifts/lift-1"))
    assert "This gateway did not answer the last snapshot; another one did" in page


def test_an_edit_that_asks_for_more_waits_for_the_next_snapshot(service, admin, clock):
    service.enrol()
    service.approve("house", "pram", "van")
    service.put_in_force()
    before = person("holding_baby")
    scores = {"holding_baby": before.scores["holding_baby"]}
    decisions = {"holding_baby": True}
    look = LastLook(clock.now, (type(before)(scores, decisions),), frozenset(before.scores), None)
    service.gateway.live.keep("lift-1", look)
    page = words(admin.get("/operator/live/lifts/lift-1"))
    assert "The rules were changed after this snapshot" in page


def test_an_empty_lift(service, admin):
    camera, _ = service.enrol()
    service.approve("house", "pram", "van")
    service.put_in_force()
    service.gateway.recognizer.people = ()
    service.snapshot(camera)
    page = words(admin.get("/operator/live/lifts/lift-1"))
    assert "0 s ago: 0 people." in page
    assert "Nobody was there; the default playlist plays on." in page


def test_the_off_switch(service, admin, audited):
    camera, _ = service.enrol()
    service.snapshot(camera)
    page = admin.done("/operator/lifts/lift-1/switch", recognition="off")
    assert "Recognition in lift-1 is switched off." in page
    assert service.snapshot(camera).status_code == 403
    assert "holding_baby" not in admin.get("/operator/live/lifts/lift-1").text
    admin.done("/operator/lifts/lift-1/switch", recognition="on")
    assert service.snapshot(camera).status_code == 200
    assert [entry[1:3] for entry in audited()] == [
        ("switched recognition on", "lift-1"),
        ("switched recognition off", "lift-1"),
    ]


def test_a_message_is_shown_once(service, admin):
    service.enrol()
    assert 'role="status"' in admin.done("/operator/lifts/lift-1/switch", recognition="off")
    assert 'role="status"' not in admin.get("/operator/lifts/lift-1").text


def test_tokens_of_cameras_are_rotated_and_revoked(service, admin):
    camera, _ = service.enrol()
    page = admin.post("/operator/lifts/lift-1/token", token="rotate")
    token = re.search(r'id="token"[^>]* value="([^"]{43})"', page.text)[1]
    assert service.snapshot(camera).status_code == 401
    assert service.snapshot(token).status_code == 200
    assert "refused from now on" in admin.done("/operator/lifts/lift-1/token", token="revoke")
    assert service.snapshot(token).status_code == 401


def test_a_lift_is_removed_with_its_screens(service, admin, audited):
    camera, screen = service.enrol()
    admin.done("/operator/lifts/lift-1/remove")
    assert service.snapshot(camera).status_code == 401
    assert service.screen(screen, "GET", "").status_code == 401
    assert admin.get("/operator/lifts/lift-1").status_code == 404
    assert audited() == [("olga", "removed lift", "lift-1", "")]


def test_what_is_not_there(admin, audited):
    for path in ("/operator/lifts/none", "/operator/live/lifts/none", "/operator/nothing"):
        answer = admin.get(path)
        assert answer.status_code == 404
        assert 'role="alert"' in answer.text
    assert admin.post("/operator/lifts/none/remove").status_code == 400
    assert audited() == []


def test_the_search_and_what_is_written_in_it(service, admin):
    service.enrol("a-1", "s-1", group="north")
    service.enrol("b-1", "s-2", group="south")
    assert "b-1" not in admin.get("/operator/live/lifts?search=north").text
    assert "a-1" in admin.get("/operator/live/lifts?search=a-").text
    page = admin.get("/operator/lifts?search=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%25").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "No lift&#39;s name" in page or "No lift's name" in page


def test_screens_are_enrolled_and_their_address_shown_once(service, admin, audited):
    service.enrol()
    page = admin.post("/operator/screens", name="screen-2", lift="lift-1")
    link = re.search(re.escape(service.address) + r"/screen/#token=([\w-]{43})", page.text)
    assert service.screen(link[1], "GET", "").json()["screen"] == "screen-2"
    rotated = admin.post("/operator/screens/screen-2/token", token="rotate")
    again = re.search(r"/screen/#token=([\w-]{43})", rotated.text)
    assert service.screen(link[1], "GET", "").status_code == 401
    assert service.screen(again[1], "GET", "").status_code == 200
    admin.done("/operator/screens/screen-2/token", token="revoke")
    assert service.screen(again[1], "GET", "").status_code == 401
    assert "revoked" in admin.get("/operator/screens").text
    admin.done("/operator/screens/screen-2/remove")
    assert "screen-2" not in admin.get("/operator/screens").text
    assert [entry[1] for entry in audited()] == [
        "removed screen",
        "revoked the token of screen",
        "rotated the token of screen",
        "enrolled screen",
    ]


def test_a_viewer_sees_no_changes_of_screens(service, admin):
    service.enrol()
    viewer = Operator(service, "vera", "viewer")
    assert "Revoke token" in admin.get("/operator/screens").text
    assert "Revoke token" not in viewer.get("/operator/screens").text
