"""mine_negatives as a person runs it."""

import json
import os

import pytest

from graftnet_tf.workspace import manifest
from tests.pipelines.forked_runs import run_all

MISTAKES = [
    ([], 2, "--task is missing"),
    (["--task=hat", "--keep_rate=0"], 2, "--keep_rate=0"),
    (["--task=hat", "--cluster_side=mean"], 2, "samples|centroid"),
    (["--task=boots"], 1, "No task 'boots'"),
    (["--task=hat", "--trunk=0009"], 1, "No trunks/0009"),
    (["--task=hat", "--clusters=1", "--emd_iterations=1"], 1, "positives of hat was not found"),
    (["--task=hat", "--workspace=/no/such/place"], 1, "/no/such/place does not exist"),
]


@pytest.fixture(scope="module")
def workspace(trained, tmp_path_factory):
    return trained.copy(str(tmp_path_factory.mktemp("mining") / "workspace"))


@pytest.fixture(scope="module")
def runs(workspace):
    place = f"--workspace={workspace.root}"
    asked = ["--task=hat,gender", "--clusters=2", "--nearest_clusters=1", "--keep_rate=0.4"]
    return run_all(
        "mine_negatives",
        [[place, *asked, "--seed=5", "--json"], *([place, *some] for some, _, _ in MISTAKES)],
    )


def test_tasks_are_mined_and_told_as_json(runs, workspace):
    run = runs[0]
    assert run.status == 0, run.stderr
    assert len(run.stdout.splitlines()) == 1
    mined = json.loads(run.stdout)["tasks"]
    assert list(mined) == ["hat", "gender"]
    for name, told in mined.items():
        assert told["version"] == "0001"
        assert os.path.exists(told["report"])
        record = manifest.read(workspace.path("tasks", name, "mining", "0001"))
        assert record["seed"] == record["flags"]["seed"] == 5
        assert told["clusters"] == record["clusters"]
        assert len(workspace.training_examples(name, "0001")) == sum(
            told["counts"]["after"].values()
        )
    assert mined["hat"]["unreadable"] == 1
    assert "mining hat 0001: " in run.stderr


def test_mistakes_get_one_line_and_a_status(runs):
    for run, (arguments, status, message) in zip(runs[1:], MISTAKES, strict=True):
        assert run.status == status, (arguments, run.stderr)
        assert message in run.error, arguments
        assert "Traceback" not in run.stderr
        assert run.stdout == ""
