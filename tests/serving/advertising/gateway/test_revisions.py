"""Which of two states of a lift is the newer one, whichever gateway tells them."""

import time

from serving.advertising.store import lifts
from tests.serving.advertising.scripted_recognizer import ScriptedRecognizer, person
from tests.serving.advertising.service import running_service


def test_clocks_apart_do_not_make_an_older_state_the_newer_one(store_url):
    with (
        running_service(store_url, clock=lambda: time.time() + 3600) as ahead,
        running_service(store_url, ScriptedRecognizer(person("holding_baby"))) as behind,
    ):
        camera, screen = ahead.enrol()
        ahead.approve("house", "pram", "van")
        ahead.put_in_force()

        def state(service):
            service.refresh()
            return service.screen(screen, "GET", "").json()

        before = state(ahead)
        behind.refresh()
        assert behind.snapshot(camera).status_code == 200
        decided = state(behind)
        ahead.write(lifts.edit, "lift-1", tags=["vip"])
        edited = state(behind)
    assert (before["decision"], decided["decision"]["item"]["campaign"]) == (None, "prams")
    assert before["server_time"] > decided["server_time"]
    assert before["revision"] < decided["revision"] < edited["revision"]


def test_both_tell_the_same_revision_of_the_same_state(store_url):
    with running_service(store_url) as one, running_service(store_url) as other:
        _, screen = one.enrol()
        one.approve("house")
        states = []
        for service in (one, other):
            service.refresh()
            states.append(service.screen(screen, "GET", "").json())
    assert states[0] == states[1] | {"server_time": states[0]["server_time"]}
