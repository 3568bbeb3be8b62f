"""verify as a person runs it."""

import json
import shutil

import pytest

from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.workspace import Workspace
from tests.pipelines.forked_runs import run_all
from tests.serving.fake_versions import publish_model
from tests.serving.lifecycle.coloured_versions import draw_tasks, publish_branch, publish_trunk

IMAGE = "images/red-train-1.png"
MISTAKES = [
    (["--trained_on=1234567"], 2, "expected 64 hex digits, or the first 8 or more"),
    (["--forget"], 2, "--forget needs the image: --trained_on=SHA256."),
    (["--trained_on=00000000"], 1, "No image of SHA-256 00000000 is known in"),
    (["--trained_on=00000000", "--forget"], 1, "No image of SHA-256 00000000 is known in"),
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    root = str(tmp_path_factory.mktemp("verify") / "workspace")
    workspace = Workspace(root, create=True)
    draw_tasks(workspace, "red", "green")
    publish_trunk(workspace, tasks=["green", "red"])
    for task in ("red", "green"):
        publish_branch(workspace, task)
    publish_model(workspace)
    shutil.copy(workspace.path(IMAGE), workspace.path("images", "copy"))
    return workspace


@pytest.fixture(scope="module")
def sha256(workspace):
    return atomic_files.sha256(workspace.path(IMAGE))


@pytest.fixture(scope="module")
def runs(workspace, sha256):
    """A check, where an image was used, as text and as JSON, forgetting it twice, another check,
    and mistakes."""
    asked = f"--trained_on={sha256[:12]}"
    arguments = [
        [],
        [asked],
        [asked, "--json"],
        [asked, "--forget"],
        [asked, "--forget", "--json"],
        [],
        *(mistake for mistake, _, _ in MISTAKES),
    ]
    return run_all("verify", [[f"--workspace={workspace.root}", *some] for some in arguments])


def test_where_an_image_was_used_is_listed(runs, sha256):
    assert runs[1].status == 0, runs[1].stderr
    lines = [line.split() for line in runs[1].stdout.splitlines()]
    assert lines[0] == ["image", sha256]
    assert lines[1] == ["red", "train", "positive", IMAGE]
    assert runs[1].stdout.splitlines()[2:] == [
        "trunks/0001 learnt from it (served)",
        "branches/green/0001 learnt from it, through trunks/0001 (served)",
        "branches/red/0001 learnt from it (served)",
        "trees/0001.json learnt from it, through trunks/0001, branches/green/0001, "
        "branches/red/0001 (served)",
        "serving/graftnet/1 learnt from it, through trunks/0001, branches/green/0001, "
        "branches/red/0001 (served)",
    ]


def test_json_has_the_same(runs, sha256):
    (line,) = runs[2].stdout.splitlines()
    result = json.loads(line)
    assert (result["sha256"], result["forgotten"]) == (sha256, False)
    assert result["listed"] == [
        {"task": "red", "split": "train", "label": "positive", "image": IMAGE}
    ]
    assert [it["path"] for it in result["versions"]][:2] == ["trunks/0001", "branches/green/0001"]


def test_forgetting_tells_what_was_done_and_what_is_left_to_do(runs):
    assert runs[3].status == 0, runs[3].stderr
    lines = runs[3].stdout.splitlines()
    assert lines[-2].startswith("Forgotten: 1 rows of lists, 2 files, 0 tables, and 0 files")
    assert lines[-1].endswith("graftnet-refresh says what to train again.")


def test_the_second_time_nothing_is_left(runs):
    assert runs[4].status == 0, runs[4].stderr
    result = json.loads(runs[4].stdout.splitlines()[-1])
    assert (result["use"]["forgotten"], result["use"]["listed"], result["files"]) == (True, [], [])


def test_every_version_is_whole_before_and_after(runs):
    for run in (runs[0], runs[5]):
        assert run.status == 0, run.stderr
        assert run.stdout.splitlines() == ["5 of 5 published versions are whole."]


def test_mistakes_get_one_line_and_a_status(runs):
    for run, (arguments, status, message) in zip(runs[6:], MISTAKES, strict=True):
        assert run.status == status, (arguments, run.stderr)
        assert message in run.error, arguments
        assert "Traceback" not in run.stderr
