"""refresh as a person runs it."""

import json

import pytest

from graftnet_tf.workspace.workspace import Workspace
from tests.pipelines.forked_runs import run_all
from tests.serving.fake_versions import publish_model
from tests.serving.lifecycle.coloured_versions import draw_tasks, publish_branch, publish_trunk


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """In a workspace with a new task and a newer branch: a look, as text and as JSON, the
    renewal, another look, and mistakes."""
    workspace = Workspace(str(tmp_path_factory.mktemp("refresh") / "workspace"), create=True)
    draw_tasks(workspace, "red", "green")
    publish_trunk(workspace, tasks=["green", "red"])
    publish_branch(workspace, "green")
    publish_branch(workspace, "red", noise=20)
    publish_model(workspace)
    publish_branch(workspace, "red")
    draw_tasks(workspace, "blue")
    publish_branch(workspace, "blue", candidate=True)
    arguments = [
        ["--new_labels=2"],
        ["--new_labels=1", "--json"],
        ["--apply", "--json"],
        [],
        ["--max_trunk_age=0", "--json"],
        ["--max_trunk_age=0"],
        *(mistake for mistake, _, _ in MISTAKES),
    ]
    return run_all("refresh", [[f"--workspace={workspace.root}", *some] for some in arguments])


MISTAKES = [
    (["--max_trunk_age=-1"], 2, "--max_trunk_age=-1"),
    (["--apply", "--promote=1"], 2, "--apply makes a candidate and --promote names one"),
    (["--new_labels=0"], 2, "--new_labels=0"),
    (["--promote=9"], 1, "No candidate '9'"),
    (["--workspace=/no/such/place"], 1, "/no/such/place does not exist"),
]


def test_a_look_says_what_is_new_and_what_to_run(runs):
    assert runs[0].status == 0, runs[0].stderr
    lines = runs[0].stdout.splitlines()
    assert "1 of 2 new labels" in lines[0]
    assert lines[2].split() == ["blue", "-", "-", "new", "unchanged", "0001", "candidate", "-"]
    assert lines[4].split() == ["red", "0001", "0001", "-", "unchanged", "0002", "-"]
    assert lines[5] == "Compare 2 newer branches with what is served: blue, red."
    assert lines[6].strip().startswith("graftnet-refresh --workspace=")
    assert lines[6].endswith(" --apply")


def test_json_has_the_same_and_says_when_the_trunk_is_due(runs):
    (line,) = runs[1].stdout.splitlines()
    result = json.loads(line)
    assert (result["new_labels"], result["limit"], result["trunk_due"]) == (["blue"], 1, True)
    assert result["advice"][0]["reason"].startswith("Retrain the trunk: 1 new label since trunk")
    red = next(task for task in result["tasks"] if task["task"] == "red")
    assert (red["data"], red["stale"], red["newer"]["version"]) == ("unchanged", False, "0002")


def test_the_renewal_compares_and_promotes(runs):
    assert runs[2].status == 0, runs[2].stderr
    result = json.loads(runs[2].stdout)
    assert (result["candidate"], result["promoted"]) == ("1", "2")
    attributes = result["comparison"]["attributes"]
    assert {name: figures["verdict"] for name, figures in attributes.items()} == {
        "red": "kept",
        "green": "identical",
        "blue": "new",
    }
    assert attributes["red"]["auc_after"] == 1 > attributes["red"]["auc_before"]
    assert "Candidate 1 is served as version 2." in runs[2].stderr


def test_then_nothing_is_left_to_do(runs):
    assert runs[3].stdout.splitlines()[-1].startswith("Nothing to do"), runs[3].stderr


def test_an_old_trunk_is_due_where_there_is_a_new_task_and_that_is_said(runs):
    assert runs[4].status == 0, runs[4].stderr
    result = json.loads(runs[4].stdout)
    assert (result["trunk_due"], result["new_labels"], result["changed"]) == (True, ["blue"], [])
    assert 0 < result["trunk_age"] < 1
    assert result["trunk_forgotten"] is None
    reason = "Retrain the trunk: trunk 0001 is 0.0 days old, more than 0, and there is new data"
    assert f"{reason} (new: blue)." in runs[5].stdout


def test_mistakes_get_one_line_and_a_status(runs):
    for run, (arguments, status, message) in zip(runs[6:], MISTAKES, strict=True):
        assert run.status == status, (arguments, run.stderr)
        assert message in run.error, arguments
        assert "Traceback" not in run.stderr
