"""branches and verify as a person runs them."""

import dataclasses
import json

import numpy as np
import pytest

from graftnet_tf.registry.served_models import GRAFTNET_DIR
from graftnet_tf.registry.validation_part import ValidationPart
from graftnet_tf.workspace import manifest
from graftnet_tf.workspace.example_table import ExampleTable
from graftnet_tf.workspace.string_column import StringColumn
from graftnet_tf.workspace.tasks import Example, Task
from graftnet_tf.workspace.workspace import Workspace
from tests.pipelines.forked_runs import run_all
from tests.serving.fake_versions import publish_branch, publish_model, publish_trunk

MISTAKES = [
    ([], 2, "nothing given"),
    (["remove", "bald", "0001"], 2, "remove bald 0001 given"),
    (["show"], 2, "show TASK [VERSION]"),
    (["show", "bald", "0001", "0002"], 2, "show TASK [VERSION]"),
    (["diff", "bald", "0001"], 2, "diff TASK A B"),
    (["list", "--jsn"], 2, "jsn"),
    (["show", "hat"], 1, "No branches/hat"),
    (["promote", "bald", "0009"], 1, "No branches/bald/0009"),
    (["threshold", "bald"], 1, "expected one of the two, such as --max_fpr=.01"),
    (["threshold", "bald", "--max_fpr=1.5"], 1, "max_fpr 1.5 given; expected 0 ≤ max_fpr < 1"),
    (["threshold", "bald", "--max_fpr=much"], 2, "max_fpr"),
    (["threshold", "bald", "--max_fpr=.1"], 1, "keeps no validation part"),
    (["threshold", "suit", "--max_fpr=.1"], 1, "best FPR is 0.5 (95 % interval"),
    (["list", "--max_fpr=.1"], 2, "go with threshold TASK [VERSION]"),
    (["list", "--weighting=none"], 2, "go with threshold TASK [VERSION]"),
    (["threshold", "suit", "--weighting=none"], 1, "expected one of the two"),
    (["threshold", "suit", "--max_fpr=.5", "--weighting=some"], 2, "weighting"),
    (["threshold", "suit", "--max_fpr=.5", "--weighting=probability"], 1, "none has one"),
    (["rollback", "suit"], 1, "no other version was before it"),
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    workspace = Workspace(str(tmp_path_factory.mktemp("workspace")))
    publish_trunk(workspace)
    publish_branch(workspace, "bald", seed=1)
    suit = [Example(f"{number}.jpg", number % 2, str(number)) for number in range(4)]
    scores = np.float32([[0, 1], [0.2, 0.8], [0.9, 0.1], [0.3, 0.7]])
    part = ValidationPart(Task.binary("suit"), ExampleTable.of(suit), scores)
    publish_branch(workspace, "suit", validation=part)
    for task, cells in (("hood", ["1", "1", ".25", "1"]), ("cape", ["1", "1", ".25", ""])):
        own = dataclasses.replace(
            part, task=Task.binary(task), probabilities=StringColumn.of(cells)
        )
        publish_branch(workspace, task, validation=own)
    publish_model(workspace)
    publish_branch(workspace, "bald", seed=2, graft_after=2)
    return workspace


@pytest.fixture(scope="module")
def runs(workspace):
    """promote, rollback, list, show and diff, each with flags before or behind; mistakes."""
    flag = f"--workspace={workspace.root}"
    return run_all(
        "branches",
        [
            ["promote", "bald", "0002", flag],
            [flag, "rollback", "bald", "--json"],
            ["list", flag],
            ["list", "bald", flag, "--json"],
            ["show", "bald", flag],
            ["diff", "bald", "0001", "0002", flag],
            ["threshold", "suit", "--min_precision=.6", flag],
            ["list", "suit", flag],
            ["threshold", "hood", "--max_fpr=.25", flag],
            ["threshold", "cape", "--max_fpr=.5", flag],
            *([*words, flag] for words, _, _ in MISTAKES),
        ],
    )


def test_a_head_is_promoted_and_rolled_back(runs, workspace):
    promoted, rolled_back = runs[:2]
    assert promoted.status == rolled_back.status == 0, rolled_back.stderr
    assert promoted.stdout == "bald: 0001 → 0002. Tree 0002 is served model version 2.\n"
    assert json.loads(rolled_back.stdout) == {
        "task": "bald",
        "before": "0002",
        "after": "0001",
        "tree": "0003",
        "model_version": "3",
    }
    command = manifest.read(workspace.path(*GRAFTNET_DIR, "2"))["command"]
    assert command.startswith("branches promote bald 0002")


def test_lists_are_for_people_and_for_programs(runs):
    table, listed = runs[2:4]
    assert [line.split()[:3] for line in table.stdout.splitlines()[1:]] == [
        ["bald", "0001", "0001"],
        ["bald", "0002", "0001"],
        ["cape", "0001", "0001"],
        ["hood", "0001", "0001"],
        ["suit", "0001", "0001"],
    ]
    first, second = json.loads(listed.stdout)["branches"]
    assert (first["served"], second["withdrawn"]) == (True, True)


def test_one_version_is_shown_and_two_are_compared(runs):
    shown, compared = runs[4:6]
    fields = dict(line.split(maxsplit=1) for line in shown.stdout.splitlines())
    assert (fields["version"], fields["graft_after"]) == ("0001", "1")
    rows = {line.split()[0]: line.split()[1:] for line in compared.stdout.splitlines()[1:]}
    assert rows["graft_after"] == ["1", "2"]


def test_an_operating_point_becomes_a_version(runs, workspace):
    chosen, listed = runs[6:8]
    assert chosen.status == 0, chosen.stderr
    first, caution, last = chosen.stdout.splitlines()
    assert first.startswith("suit: threshold 0.4; on validation (2 positives, 2 negatives) FPR 0.5")
    assert "recall 1 (" in first
    assert "precision 0.6667 (" in first
    assert caution.startswith("caution: suit: the 95 % interval does not show a precision of")
    assert last.endswith("Serve it with `graftnet-branches promote suit 0002`.")
    assert listed.stdout.splitlines()[2].endswith("threshold of 0001")
    content = manifest.read(workspace.version_dir("branches", "suit", "0002"))
    assert content["command"].startswith("branches threshold suit --min_precision=.6")


def test_an_operating_point_says_what_it_is_weighted_by(runs):
    weighted, half = runs[8:10]
    assert weighted.status == half.status == 0, half.stderr
    first, *_ = weighted.stdout.splitlines()
    assert first.startswith(
        "hood: threshold 0.4; on validation (2 positives, 2 negatives, weighted by 1/probability: "
        "effectively 2.6 images) FPR 0.2 ("
    )
    first, _, caution, _ = half.stdout.splitlines()
    assert first.startswith("cape: threshold 0.4; on validation (2 positives, 2 negatives) FPR 0.5")
    assert caution.startswith("caution: cape: 1 validation images have no probability of having")


def test_mistakes_get_one_line_and_a_status(runs):
    for run, (words, status, message) in zip(runs[10:], MISTAKES, strict=True):
        assert run.status == status, (words, run.stderr)
        assert message in run.error, words
        assert "Traceback" not in run.stderr
        assert run.stdout == ""


def test_verify_names_what_is_damaged(workspace, tmp_path):
    whole, empty, broken = (str(tmp_path / name) for name in ("whole", "empty", "broken"))
    for root in (whole, broken):
        publish_trunk(Workspace(root, create=True))
    Workspace(empty, create=True)
    with open(f"{broken}/trunks/0001/saved_model/saved_model.pb", "ab") as file:
        file.write(b"x")
    roots = (whole, empty, broken)
    runs = run_all("verify", [[f"--workspace={root}", "--json"] for root in roots])
    assert [run.status for run in runs] == [0, 0, 1]
    results = [json.loads(run.stdout) for run in runs]
    assert [result["published"] for result in results] == [1, 0, 1]
    assert list(results[2]["damaged"]) == ["trunks/0001"]
    assert "saved_model/saved_model.pb" in runs[2].error
