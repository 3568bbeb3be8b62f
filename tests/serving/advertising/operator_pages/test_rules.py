"""Editing the schema on its page."""

import html
import re

import pytest

from serving.advertising.recognition.recognizer import UnavailableError
from tests.serving.advertising.operator_pages.operator_client import Operator
from tests.serving.advertising.operator_pages.page_text import words
from tests.serving.advertising.service import SCHEMA


@pytest.fixture(autouse=True)
def creatives(service):
    service.approve("house", "pram", "van")
    service.put_in_force()


@pytest.fixture
def editor(service):
    return Operator(service, "eva", "editor")


def text_of(page):
    return html.unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)[1])


def in_force(service):
    return service.gateway.catalog.text


def test_the_page_has_the_schema_in_force(editor):
    page = editor.get("/operator/rules").text
    assert text_of(page) == SCHEMA
    assert "In force: revision 1, saved by test" in words(page)


def test_a_good_edit_is_in_force_at_once(service, editor, audited):
    edit = SCHEMA.replace("weight: 2", "weight: 5") + "# für ü\n"
    page = editor.done("/operator/rules", text=edit.replace("\n", "\r\n"), revision=1)
    assert "Saved: the schema is in force." in page
    assert in_force(service) == edit == text_of(page)
    assert service.gateway.catalog.rules.schema.campaigns["prams"].weight == 5
    assert audited()[0][:2] == ("eva", "schema")


def test_a_broken_edit_is_kept_in_the_page_alone_with_lines_and_fields(service, editor, audited):
    broken = SCHEMA.replace("weight: 2", "wieght: 2").replace("min_audience: 2", "min_audience: 0")
    answer = editor.post("/operator/rules", text=broken, revision=1)
    assert answer.status_code == 422
    said = words(answer)
    assert "The former schema stays in force. 2 things to mend:" in said
    assert "Line 4 , min_audience :" in said
    assert "Line 7 , campaigns.prams.wieght : wieght is no field here; did you mean weight?" in said
    assert text_of(answer.text) == broken
    assert in_force(service) == SCHEMA
    assert audited() == []


def test_the_text_of_an_edit_is_escaped(editor):
    hostile = "</textarea><script>alert(1)</script>: 1\n"
    answer = editor.post("/operator/rules", text=hostile, revision=1)
    assert "<script>alert" not in answer.text
    assert text_of(answer.text) == hostile


def test_two_who_edit_do_not_overwrite_each_other_unawares(service, editor):
    first, second = SCHEMA.replace("weight: 2", "weight: 3"), SCHEMA + "# mine\n"
    Operator(service, "otto", "editor").done("/operator/rules", text=first, revision=1)
    answer = editor.post("/operator/rules", text=second, revision=1)
    assert answer.status_code == 409
    assert "otto has saved revision 2 since you opened the page." in words(answer)
    assert in_force(service) == first
    assert text_of(answer.text) == second
    revision = re.search(r'name="revision" value="(\d+)"', answer.text)[1]
    editor.done("/operator/rules", text=second, revision=revision)
    assert in_force(service) == second


def test_a_schema_from_a_file_is_not_edited_here(service, editor):
    service.gateway.schema_file = "/etc/graftnet/rules.yaml"
    page = editor.get("/operator/rules").text
    assert "/etc/graftnet/rules.yaml" in page
    assert "Check and put in force" not in page
    answer = editor.post("/operator/rules", text=SCHEMA + "#", revision=1)
    assert answer.status_code == 409
    assert in_force(service) == SCHEMA


def test_a_broken_file_is_told(service, editor):
    service.gateway.schema_problem = "rules.yaml: line 3: <b>"
    page = editor.get("/operator/rules").text
    assert "The last edit is not in force, the former schema is: rules.yaml" in words(page)
    assert "line 3: &lt;b&gt;" in page


def test_what_keeps_campaigns_in_force_from_playing(service, editor):
    service.approve("toy")
    toys = "  toys: {creatives: [toy, van], when: {someone: child}}\n"
    service.put_in_force(SCHEMA + toys)
    service.gateway.recognizer.known = frozenset({"holding_baby", "child"})
    said = words(editor.get("/operator/rules"))
    assert "prams 2 0 holding_baby can play" in said
    assert "vans 1 0 courier ✗ the served model has no courier" in said
    assert "toys 1 0 child ✗ refused by policy: child is sensitive" in said


def test_a_model_server_that_is_silent(service, editor):
    async def silent():
        raise UnavailableError("no answer")

    service.gateway.recognizer.attributes = silent
    assert "attributes are not checked" in words(editor.get("/operator/rules"))
