"""Pushing a batch: once, again, killed on the way, and to servers that do not take it."""

import json
import os

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.io import file_locks
from graftnet_tf.label_studio import push as pushing
from graftnet_tf.label_studio.access_token import VARIABLE
from graftnet_tf.label_studio.client import LabelStudio
from graftnet_tf.label_studio.push import push, read_project
from graftnet_tf.label_studio.tasks import label_studio_tasks
from tests.drawn_batch import draw_batch
from tests.graftnet_tf.label_studio.fake_server import LEGACY, PERSONAL

REFRESH = "POST /api/token/refresh/"


@pytest.fixture
def batch(tmp_path):
    """(directory, batch, tasks) of six images."""
    directory, batch = draw_batch(tmp_path)
    return directory, batch, label_studio_tasks(batch)


@pytest.fixture
def in_small_parts(monkeypatch):
    monkeypatch.setattr(pushing, "_PART_BYTES", 1)


def pushed_hashes(studio, project=1):
    return [task["data"]["sha256"] for task in studio.projects[project]["tasks"]]


def test_a_project_is_made_with_all_tasks_in_order(studio, batch):
    pushed = push(*batch, studio.url)
    assert (pushed.new, pushed.there) == (6, 0)
    assert pushed.project.address == f"{studio.url}/projects/1"
    assert read_project(batch[0]) == pushed.project
    project = studio.projects[1]
    assert [task["data"] for task in project["tasks"]] == [task["data"] for task in batch[2]]
    assert project["show_collab_predictions"]
    assert project["sampling"] == "Sequential sampling"
    assert project["title"].startswith("umbrella ")
    assert 'value="bad crop"' in project["label_config"]


def test_pushing_again_adds_what_is_missing(studio, batch):
    directory, content, tasks = batch
    push(directory, content, tasks[:4], studio.url)
    pushed = push(*batch, f"{studio.url}/")
    assert (pushed.new, pushed.there) == (2, 4)
    assert pushed_hashes(studio) == [chosen.sha256 for chosen in content.images]
    assert len(studio.projects) == 1


@pytest.mark.parametrize("taken", range(6))
def test_a_push_that_was_cut_goes_on(studio, batch, in_small_parts, taken):
    studio.cut_after = taken
    with pytest.raises(GraftNetError, match=r"cannot be reached \(RemoteProtocolError.*goes on"):
        push(*batch, studio.url)
    studio.cut_after = None
    assert push(*batch, studio.url).there == taken + 1
    assert pushed_hashes(studio) == [chosen.sha256 for chosen in batch[1].images]


def test_a_project_that_was_made_and_not_noted_is_found(studio, batch):
    push(*batch, studio.url)
    os.remove(os.path.join(batch[0], "label_studio.json"))
    pushed = push(*batch, studio.url)
    assert (pushed.new, pushed.project.number) == (0, 1)


def test_another_batch_is_another_project(studio, batch, tmp_path):
    push(*batch, studio.url)
    directory, other = draw_batch(tmp_path / "other", count=3)
    assert push(directory, other, label_studio_tasks(other), studio.url).project.number == 2


def test_what_a_project_has_is_read_page_by_page(studio, tmp_path):
    directory, batch = draw_batch(tmp_path, count=230)
    tasks = label_studio_tasks(batch)
    push(directory, batch, tasks, studio.url)
    studio.calls.clear()
    assert push(directory, batch, tasks, studio.url).there == 230
    assert studio.calls == ["GET /api/tasks"] * 3


def test_a_personal_token_is_exchanged_and_again_when_it_has_ended(studio, batch, monkeypatch):
    monkeypatch.setenv(VARIABLE, f" {PERSONAL}\n")
    with LabelStudio(studio.url) as client:
        number = client.create_project("a", "")
        assert client.export(number) == []
        assert studio.calls.count(REFRESH) == 1
        studio.access.clear()
        client.import_tasks(number, batch[2])
        assert studio.calls.count(REFRESH) == 2
    assert len(studio.projects[number]["tasks"]) == 6


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("", r"LABEL_STUDIO_API_KEY holds no token: export the access token that"),
        ("ß", r"LABEL_STUDIO_API_KEY holds no token"),
        ("wrong", r"/api/projects with status 401 \(Invalid token\). Set LABEL_STUDIO_API_KEY to"),
        ("a.b.c", r"/api/token/refresh/ with status 401 \(Token is invalid\). Set LABEL_STUDIO"),
    ],
)
def test_a_token_that_is_refused(studio, batch, monkeypatch, token, message):
    monkeypatch.setenv(VARIABLE, token)
    with pytest.raises(GraftNetError, match=message):
        push(*batch, studio.url)
    assert studio.projects == {}


@pytest.mark.parametrize(
    ("ending", "status", "text", "message"),
    [
        (
            "/import",
            500,
            "<html>",
            "/api/projects/1/import with status 500. See its log; run again",
        ),
        (
            "/import",
            400,
            '{"detail": "Validation error"}',
            r"400 \(Validation error\). See its log",
        ),
        ("/import", 404, "", "404. The project is gone, or this is not its address"),
        ("/projects", 403, "[]", "403. Set LABEL_STUDIO_API_KEY to the token of a user who may"),
        ("/projects", 302, "", "status 302"),
        ("/projects", 200, "<html>", "does not answer as Label Studio does"),
        ("/projects", 200, "[]", "does not answer as Label Studio does"),
        ("/import", 201, '{"import": 3}', "does not answer as Label Studio does"),
        ("/import", 201, '{"task_count": 2}', "took 2 of 6 tasks; see its log"),
    ],
)
def test_answers_that_are_none(studio, batch, ending, status, text, message):
    studio.failing[ending] = (status, text)
    with pytest.raises(GraftNetError, match=message):
        push(*batch, studio.url)
    studio.failing.clear()
    assert push(*batch, studio.url).new == 6
    assert len(studio.projects) == 1


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("localhost:8080", "localhost:8080 is no address; expected one like http://"),
        ("http://127.0.0.1:9", r"cannot be reached \(ConnectError"),
        ("http://no[host", "cannot be reached|is no address"),
    ],
)
def test_a_server_that_is_not_there(batch, monkeypatch, url, message):
    monkeypatch.setenv(VARIABLE, LEGACY)
    with pytest.raises(GraftNetError, match=message):
        push(*batch, url)
    assert read_project(batch[0]) is None


def test_a_batch_is_not_pushed_to_two_servers(studio, batch):
    path = os.path.join(batch[0], "label_studio.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"url": "http://elsewhere", "number": 3}, file)
    with pytest.raises(GraftNetError, match=r"was pushed to http://elsewhere/projects/3; remove"):
        push(*batch, studio.url)
    assert studio.projects == {}


@pytest.mark.parametrize("content", ["[]", '{"url": "http://a"}', "no JSON"])
def test_a_damaged_note_is_told(batch, content):
    with open(os.path.join(batch[0], "label_studio.json"), "w", encoding="utf-8") as file:
        file.write(content)
    with pytest.raises(GraftNetError, match=r"label_studio.json is (damaged|not valid JSON)"):
        read_project(batch[0])


def test_two_pushes_at_once_are_one(studio, batch):
    with (
        file_locks.held(os.path.join(batch[0], ".lock")),
        pytest.raises(GraftNetError, match="Another job is writing to"),
    ):
        push(*batch, studio.url)
