"""Creatives: encoded anew, approved by somebody, and looked at."""

import io

import pytest
from PIL import Image

from tests.serving.advertising.operator_pages.operator_client import Operator
from tests.serving.advertising.operator_pages.page_text import words
from tests.serving.advertising.service import SCHEMA


@pytest.fixture
def editor(service):
    return Operator(service, "eva", "editor")


@pytest.fixture
def approver(service):
    return Operator(service, "anna", "approver")


def png(colour="teal", size=(40, 30)):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def upload(operator, content, **query):
    return operator.send("/operator/creatives", content=content, params=query)


def test_an_upload_waits_for_approval_and_is_encoded_anew(service, editor, approver, audited):
    hidden = png() + b"left over"
    answer = upload(editor, hidden, name="sale", seconds=8)
    assert answer.status_code == 200, answer.text
    sha256 = answer.json()["sha256"]
    assert "sale is uploaded and waits for approval." in editor.get("/operator/creatives").text
    shown = approver.get("/operator/creatives/sale/content")
    assert shown.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(shown.content)).getpixel((3, 3)) == (0, 128, 128)
    assert b"left over" not in shown.content
    assert not service.gateway.catalog.creatives["sale"].approved
    said = words(approver.get("/operator/creatives"))
    assert "sale waits for approval Shown for 8 s Size 40 × 30" in said
    assert "by eva Used in no campaign" in said
    assert audited() == [("eva", "uploaded creative", "sale", sha256)]


def test_approval_and_rejection_hold_at_once(service, editor, approver, audited):
    upload(editor, png(), name="house", seconds=8)
    service.put_in_force("timezone: UTC\ndefault_playlist: [house]\ncampaigns: {}\n")
    page = approver.done("/operator/creatives/house/verdict", verdict="approved")
    assert "house is approved." in page
    assert service.gateway.catalog.creatives["house"].approved
    assert "Approved by anna Used in default playlist" in words(page)
    approver.done("/operator/creatives/house/verdict", verdict="rejected")
    assert not service.gateway.catalog.creatives["house"].approved
    assert [entry[:3] for entry in audited()[:2]] == [
        ("anna", "rejected creative", "house"),
        ("anna", "approved creative", "house"),
    ]


def test_ones_own_upload_may_be_approved_and_the_log_says_so(service, approver, audited):
    upload(approver, png(), name="own", seconds=8)
    assert "You uploaded it yourself" in approver.get("/operator/creatives").text
    approver.done("/operator/creatives/own/verdict", verdict="approved")
    assert audited()[0][3].endswith(", own upload")


def test_two_uploads_at_once_are_taken_and_a_third_waits(service, editor):
    uploading = service.gateway.uploading
    service.run(uploading.acquire())
    service.run(uploading.acquire())
    answer = upload(editor, png(), name="x", seconds=8)
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    uploading.release()
    assert upload(editor, png(), name="x", seconds=8).status_code == 200


def test_players_get_the_range_they_ask_for(service, editor):
    service.approve("film")  # whose bytes are b"film"

    def ask(wanted):
        return editor.get("/operator/creatives/film/content", headers={"Range": wanted})

    part = ask("bytes=1-2")
    assert (part.status_code, part.content) == (206, b"il")
    assert part.headers["content-range"] == "bytes 1-2/4"
    assert ask("bytes=2-").content == b"lm"
    assert ask("bytes=-3").content == b"ilm"
    assert ask("bytes=-9").content == b"film"
    assert ask("bytes=1-99").content == b"ilm"
    assert ask("bytes=4-").status_code == 416
    assert ask("bytes=4-").headers["content-range"] == "bytes */4"
    for whole in ("bytes=-", "lines=1-2", "bytes=0-1,2-3"):
        assert (ask(whole).status_code, ask(whole).content) == (200, b"film")


def test_content_is_for_operators_alone(service, editor):
    service.approve("film")
    assert service.http.get("/operator/creatives/film/content").status_code == 401
    assert editor.get("/operator/creatives/none/content").status_code == 404
    assert editor.get("/operator/creatives/..%2Ffilm/content").status_code in (404, 422)


def test_a_verdict_on_what_is_not_there(service, approver, audited):
    path = "/operator/creatives/none/verdict"
    assert approver.post(path, verdict="approved").status_code == 404
    service.approve("film")
    path = "/operator/creatives/film/verdict"
    assert approver.post(path, verdict="perhaps").status_code == 400
    assert audited() == []


def test_where_creatives_are_used(service, editor):
    service.approve("house", "pram", "van")
    service.put_in_force(SCHEMA)
    said = words(editor.get("/operator/creatives"))
    assert "Used in default playlist" in said
    assert "Used in prams" in said
