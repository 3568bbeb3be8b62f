"""train_trunk and train_branch as a person runs them."""

import json

import pytest

from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.tasks import Task, write_task
from tests.pipelines.forked_runs import run_all
from tests.trained_workspace import draw_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A drawn workspace with a task of an empty class and one of a single class too."""
    workspace = draw_workspace(str(tmp_path_factory.mktemp("binaries") / "workspace"))
    bags = [example for example in workspace.examples("bag", "train") if example.label == 0]
    write_task(workspace.path("tasks", "shoes"), Task.binary("shoes"), {"train": bags})
    write_task(workspace.path("tasks", "tie"), Task.binary("tie"), {"train": bags})
    with open(workspace.path("tasks", "tie", "task.json"), "w") as file:
        json.dump({"name": "tie", "classes": ["yes"], "attributes": {"tie": "yes"}}, file)
    return workspace


MISTAKES = {
    "train_trunk": [
        (["--steps=many"], 2, "--steps=many"),
        (["--train_from=3", "--last_block=2"], 2, "train_from 3 and last_block 2 given"),
        (["--sampling=often"], 2, "uniform|size|tempered"),
        (["--width=74"], 2, "Input 192×74 given; InceptionV3 needs at least 75×75"),
        (["--last_block=11"], 2, "InceptionV3 has 0 ≤ train_from ≤ last_block ≤ 10"),
        (["--backbone=resnet50", "--width=31"], 2, "ResNet-50 needs at least 32×32"),
        (
            ["--backbone=vgg16"],
            2,
            "'vgg16' given; expected one of inception_v3, efficientnet_v2_b0,",
        ),
        (["--backbone=saved_model:/no/such"], 2, "/no/such holds no SavedModel"),
        (["--pixel_range=1,0"], 2, "Expected two numbers, the lower first"),
        (["--pixel_range=0,much"], 2, "Expected two numbers, the lower first"),
        (["steps=3"], 2, "Unknown arguments ['steps=3']"),
        (["--workspace="], 2, "--workspace is missing"),
        (["--workspace=/no/such/place"], 1, "Workspace /no/such/place does not exist"),
        (["--task=shoes"], 1, "no training image of class positive"),
        (["--strategy=multiworker"], 1, "neither TF_CONFIG nor JOB_COMPLETION_INDEX"),
        (["--strategy=none", "--workers=2"], 2, "leave out one of the two"),
        (["--worker_wait=-1"], 2, "--worker_wait=-1"),
    ],
    "train_branch": [
        ([], 2, "--task is missing"),
        (["--task=hat", "--graft_after=7", "--last_block=7"], 2, "--graft_after must be less"),
        (
            ["--task=hat", "--graft_after=10"],
            1,
            "InceptionV3 has 0 ≤ graft_after < last_block ≤ 10",
        ),
        (["--task=hat", "--graft_after=99"], 2, "'99' given; expected 0, 1, 2,"),
        (["--task=hat", "--graft_after=4,auto"], 2, "'auto' given; expected 0, 1, 2,"),
        (["--task=hat", "--graft_after="], 2, "'' given; expected 0, 1, 2,"),
        (["--task=hat", "--graft_after=4,8", "--last_block=8"], 2, "must be less than"),
        (["--task=hat", "--graft_after=auto"], 1, "auto given with last_block 1; some"),
        (["--task=hat", "--last_block=auto"], 2, "'auto' given; expected 1, 2, 3,"),
        (["--task=hat", "--pooling=gap,max"], 2, "'max' given; expected gap, bands,"),
        (["--task=hat", "--ema=1.5"], 2, "--ema=1.5"),
        (["--task=hat", "--seed=-1"], 2, "--seed=-1"),
        (["--task=hat", "--workspace=/no/such/place"], 1, "/no/such/place does not exist"),
        (["--task=boots"], 1, "No task 'boots'"),
        (["--task=hat", "--mining=0001"], 1, "No tasks/hat/mining/0001"),
        (["--task=tie"], 1, "expected two or more different ones"),
        (["--task=hat", "--trunk=0009"], 1, "No trunks/0009"),
        (["--task=hat", "--max_fpr=.1", "--min_precision=.9"], 1, "expected one of the two"),
    ],
}


@pytest.fixture(scope="module")
def runs(workspace, tmp_path_factory):
    """Of each binary: the run of a flag file, and of each mistake."""
    folder = tmp_path_factory.mktemp("flags")
    flags = [f"--workspace={workspace.root}", "--steps=0", "--last_block=1"]
    own = {
        "train_trunk": ["--height=80", "--width=75", "--task=hat,bag"],
        "train_branch": [
            "--task=hat",
            "--graft_after=0",
            "--noaugment",
            "--views=0",
            "--max_fpr=0.9",
        ],
    }
    found = {}
    for binary, mistakes in MISTAKES.items():
        (folder / binary).write_text("\n".join([*flags, *own[binary]]))
        found[binary] = run_all(
            binary,
            [
                [f"--flagfile={folder / binary}", "--seed=5"],
                *([flags[0], *arguments] for arguments, _, _ in mistakes),
            ],
        )
    return found


def test_flag_files_publish_what_they_ask_for(runs, workspace):
    trunk, branch = runs["train_trunk"][0], runs["train_branch"][0]
    assert (trunk.status, trunk.stdout) == (0, "trunk 0001\n"), trunk.stderr
    assert (branch.status, branch.stdout) == (0, "branch hat 0001\n"), branch.stderr
    recorded = manifest.read(workspace.path("trunks", "0001"))
    assert recorded["tasks"] == ["hat", "bag"]
    assert recorded["seed"] == recorded["flags"]["seed"] == 5
    assert recorded["command"].startswith("train_trunk --flagfile=")
    trained = manifest.read(workspace.path("branches", "hat", "0001"))
    assert trained["graft_after"] == 0
    assert trained["config"]["operating_points"]["hat"] == {
        "max_fpr": 0.9,
        "min_precision": None,
        "weighting": None,
    }


@pytest.mark.parametrize("binary", MISTAKES)
def test_mistakes_get_one_line_and_a_status(runs, binary):
    for run, (arguments, status, message) in zip(runs[binary][1:], MISTAKES[binary], strict=True):
        assert run.status == status, (arguments, run.stderr)
        assert message in run.error, arguments
        assert "Traceback" not in run.stderr
        assert run.stdout == ""


def test_mistakes_publish_nothing(runs, workspace):
    assert workspace.versions("trunks") == ["0001"]
    assert workspace.versions("branches", "hat") == ["0001"]


def test_help_explains_the_binary_its_flags_and_the_shared_ones():
    short, full = run_all("train_branch", [["--help"], ["--helpfull"]])
    assert (short.status, full.status) == (0, 0)
    for text in (short.stdout, full.stdout):
        assert "Fine-tunes one task's branch" in text
        assert {"--graft_after", "--learning_rate", "--workspace"} <= {
            word.rstrip(":") for word in text.split()
        }
    assert "--flagfile" in full.stdout
    assert "--flagfile" not in short.stdout
