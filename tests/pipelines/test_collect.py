"""collect as a person runs it: a batch of an archive, filled in, becomes a task."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from graftnet_tf.workspace.extra_columns import read_column
from graftnet_tf.workspace.workspace import Workspace
from tests.pipelines.forked_runs import run_all

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

MISTAKES = [
    (["--task=hat,bag"], 2, "--task=hat,bag given; expected one task"),
    (["--task=hat", "--strategy=best"], 2, "Strategy 'best' given; expected one of seeds"),
    (["--task=hat", "--count=0"], 2, "--count=0"),
    (["--task=hat", "--archive=/no/such/place"], 1, "/no/such/place is not there"),
    (["--task=hat", "--strategy=uncertain"], 1, "make one with graftnet-compose"),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    random = np.random.default_rng(2)
    for number in range(12):
        coarse = random.integers(0, 256, (6, 4, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((60, 90), Image.Resampling.BICUBIC).save(
            folder / f"{number}.png"
        )
    return folder


@pytest.fixture(scope="module")
def runs(trained, archive, tmp_path_factory):
    """(root of the workspace, folder of the batch, the run, those of `MISTAKES`)."""
    root = tmp_path_factory.mktemp("collecting")
    workspace = trained.copy(str(root / "workspace"))
    usual = [f"--workspace={workspace.root}", f"--archive={archive}", "--count=8"]
    asked = ["--task=umbrella", f"--output={root / 'batch'}", "--seed=3", "--json"]
    wrong = [[*usual, f"--output={root / 'none'}", *some] for some, _, _ in MISTAKES]
    run, *others = run_all("collect", [[*usual, *asked], *wrong])
    return workspace.root, root / "batch", run, others


def test_a_batch_is_written_and_told(runs):
    _, batch, run, _ = runs
    assert run.status == 0, run.stderr
    told = json.loads(run.stdout)
    assert (told["archive_images"], told["candidates"], sum(told["chosen"].values())) == (12, 12, 8)
    assert told["strategy"] == {"diverse": 0.8, "random": 0.2}
    assert "8 of 12 candidates" in run.stderr
    assert len((batch / "batch.csv").read_text().splitlines()) == 1 + 8


def test_filled_in_it_becomes_a_task_that_knows_its_probabilities(runs):
    root, batch, _, _ = runs
    with open(batch / "batch.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        row["class"] = ("negative", "positive")[number % 2]
    with open(batch / "labels.csv", "w", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    asked = [f"--source={batch / 'labels.csv'}", "--format=csv", "--task=umbrella"]
    [run] = run_all("prepare_tasks", [[f"--workspace={root}", *asked, "--test_fraction=0"]])
    assert run.status == 0, run.stderr
    workspace = Workspace(root)
    kept = read_column(root, "umbrella", "train", "probability")
    assert len(workspace.examples("umbrella", "train")) == len(kept) == 8
    assert sorted(kept.values()) == sorted(row["probability"] for row in rows)


@pytest.mark.parametrize("number", range(len(MISTAKES)))
def test_mistakes_are_told_in_a_line(runs, number):
    _, status, message = MISTAKES[number]
    run = runs[3][number]
    assert run.status == status
    assert message in run.error
