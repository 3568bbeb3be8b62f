"""The dry run: what a schema would do with a snapshot, and why."""

import base64
import os

import pytest

from serving.advertising.store import decision_log, lifts
from tests.serving.advertising.operator_pages.operator_client import Operator
from tests.serving.advertising.operator_pages.page_text import words
from tests.serving.advertising.scripted_recognizer import ScriptedRecognizer, person
from tests.serving.advertising.service import SCHEMA, jpeg, running_service

LUNCH = """
  lunch:
    creatives: [van]
    day_parts: [{from: "12:00", to: "14:00"}]
    where: {groups: [north]}
    priority: 1
"""
TOYS = "  toys: {creatives: [house], when: {someone: child}}\n"
SUITS = """
  suits:
    creatives: [pram]
    when: {all: [{someone: suit}, {not: {someone: courier}}]}
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('dry')}/store.db"
    recognizer = ScriptedRecognizer(person("holding_baby"), person("courier"))
    with running_service(url, recognizer) as service:
        service.enrol(group="north", timezone="Asia/Tokyo")
        service.enrol("lift-2", "screen-2")
        service.approve("house", "pram", "van")
        service.put_in_force()
        yield service


@pytest.fixture(scope="module")
def editor(service):
    return Operator(service, "eva", "editor")


def ask(editor, text=SCHEMA, lift="lift-1", **question):
    asked = {"text": text, "lift": lift, **question}
    return editor.send("/operator/rules/dry-run", json=asked)


def verdicts(answer):
    """Standing and reason of each campaign, by its name."""
    rows = answer.text.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]
    cells = [row.split("</th>")[0::1] for row in rows]
    told = {}
    for name, rest in cells:
        standing, _, reason = rest.partition("</td>")
        told[words(name)] = (words(standing), words(reason))
    return told


def test_a_described_passenger(editor):
    answer = ask(editor, people=[["holding_baby"], []])
    assert answer.status_code == 200
    assert verdicts(answer) == {
        "prams": ("next", "furthest behind its share of seconds"),
        "vans": ("not now", "count of courier ≥ 2 (there are 0)"),
    }
    assert "Next would be prams ." in words(answer)


def test_a_picture_is_looked_at_and_kept_nowhere(service, editor):
    picture = jpeg("teal")
    answer = ask(editor, jpeg=base64.b64encode(picture).decode())
    assert verdicts(answer)["prams"][0] == "next"
    assert verdicts(answer)["vans"] == ("not now", "count of courier ≥ 2 (there are 1)")
    assert service.gateway.recognizer.wanted == {"holding_baby", "courier"}
    assert service.gateway.live.look("lift-1", 1e9) is None
    assert service.read(lifts.find, "lift-1")["seen_at"] is None


def test_nothing_is_decided_or_audited(service, editor, audited):
    ask(editor, people=[["holding_baby"]])
    assert service.read(decision_log.history, "lift-1", 0.0) == []
    assert service.read(lifts.read_state, "lift-1")[1].waiting is None
    assert audited() == []


def test_it_is_of_the_text_that_is_not_saved(service, editor):
    answer = ask(editor, SCHEMA + SUITS, people=[["suit"], ["courier"]])
    assert verdicts(answer)["suits"] == ("not now", "it must not be so: someone: courier (1 of 2)")
    assert "suits" not in service.gateway.catalog.rules.schema.campaigns


def test_time_and_lift_and_priority(editor):
    noon = {"people": [["holding_baby"]], "time": "2026-06-01T12:30"}
    answer = ask(editor, SCHEMA + LUNCH, **noon)
    assert "Monday 2026-06-01 12:30 (Asia/Tokyo)" in words(answer)
    assert verdicts(answer) == {
        "lunch": ("next", "furthest behind its share of seconds"),
        "prams": ("outranked", "a campaign of a higher priority may play"),
        "vans": ("not now", "count of courier ≥ 2 (there are 0)"),
    }
    later = ask(editor, SCHEMA + LUNCH, people=[["holding_baby"]], time="2026-06-01T14:00")
    assert verdicts(later)["prams"][0] == "next"
    assert "Mon 14:00 in the lift is outside of its day parts" in verdicts(later)["lunch"][1]
    elsewhere = ask(editor, SCHEMA + LUNCH, "lift-2", **noon)
    assert verdicts(elsewhere)["lunch"] == ("not now", "only for groups north")


def test_refused_by_policy(editor):
    answer = ask(editor, SCHEMA + TOYS, people=[["child"]])
    standing, reason = verdicts(answer)["toys"]
    assert standing == "not now"
    assert reason.startswith("refused by policy: child is sensitive")
    assert "No campaign would play; the default playlist plays." in words(answer)


def test_nobody_there(editor):
    answer = ask(editor, people=[])
    assert verdicts(answer)["prams"] == ("not now", "nobody is there")
    assert "Nobody is there; the default playlist plays." in words(answer)


def test_what_cannot_be_asked(editor):
    picture = base64.b64encode(b"GIF89a").decode()
    for question, status, said in (
        ({}, 400, "Give people or a picture, one of the two."),
        ({"people": [], "jpeg": picture}, 400, "Give people or a picture, one of the two."),
        ({"jpeg": picture}, 400, "The snapshot is not a JPEG; send a JPEG file."),
        ({"people": [["wings"]]}, 400, "The served model has no wings; choose others."),
        ({"people": [[]], "lift": "none"}, 400, "There is no lift none."),
        ({"people": [[]], "time": "tomorrow"}, 400, "Time"),
        ({"people": [[]] * 31}, 400, "People"),
    ):
        answer = ask(editor, **question)
        assert answer.status_code == status, question
        assert said in answer.json()["detail"]


def test_a_broken_text_is_told_with_its_lines(editor):
    answer = ask(editor, SCHEMA.replace("weight", "wieght"), people=[[]])
    assert answer.status_code == 422
    assert "Line 7 , campaigns.prams.wieght" in words(answer)


def test_too_large_a_picture(service, editor):
    big = base64.b64encode(os.urandom(service.gateway.settings.snapshot_bytes + 1)).decode()
    assert ask(editor, jpeg=big).status_code == 413


def test_what_is_written_is_escaped(editor):
    answer = ask(editor, SCHEMA.replace("prams", "'<img src=x>'"), people=[[]])
    assert "<img" not in answer.text
