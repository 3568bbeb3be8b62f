"""collect as a person runs it: a batch of an archive, filled in, becomes a task."""

import csv
import json
import pathlib

import numpy as np
import pytest
from PIL import Image

from graftnet_tf.label_studio.access_token import VARIABLE
from graftnet_tf.workspace.extra_columns import read_column
from graftnet_tf.workspace.workspace import Workspace
from tests.drawn_batch import draw_batch
from tests.graftnet_tf.label_studio.fake_server import LEGACY, serving
from tests.pipelines.forked_runs import run_all

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

MISTAKES = [
    (["--task=hat,bag"], 2, "--task=hat,bag given; expected one task"),
    (["--task=hat", "--strategy=best"], 2, "Strategy 'best' given; expected one of seeds"),
    (["--task=hat", "--count=0"], 2, "--count=0"),
    (["--task=hat", "--archive=/no/such/place"], 1, "/no/such/place is not there"),
    (["--task=hat", "--strategy=uncertain"], 1, "make one with graftnet-compose"),
    ([], 2, "--task= given; expected one task"),
    (["--task=hat", "--push=http://localhost"], 2, "--push goes with --export=label_studio"),
]
EXPORT_MISTAKES = [
    ([], 2, "--archive is missing: name what to choose from, or export the batch of --output"),
    (["--export=paper"], 2, "value should be one of <csv|folders|label_studio>"),
    (["--export=folders", "--output=/no/such/batch"], 1, "/no/such/batch has no batch.csv"),
    (
        ["--export=label_studio", "--push=http://127.0.0.1:9"],
        1,
        "Label Studio at http://127.0.0.1:9 cannot be reached (ConnectError",
    ),
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


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """(directory of a batch, the exports of it, those of `EXPORT_MISTAKES`)."""
    directory, _ = draw_batch(tmp_path_factory.mktemp("exports"))
    usual = [f"--output={directory}"]
    with pytest.MonkeyPatch.context() as patch, serving() as studio:
        patch.setenv(VARIABLE, LEGACY)
        asked = [
            [*usual, "--export=folders"],
            [*usual, "--export=label_studio"],
            [*usual, "--export=label_studio", f"--push={studio.url}", "--json"],
        ]
        wrong = [[*usual, *some] for some, _, _ in EXPORT_MISTAKES[:-1]]
        *runs, first, second, third, pushed_again = run_all("collect", [*asked, *wrong, asked[-1]])
        pathlib.Path(directory, "label_studio.json").unlink()
        [away] = run_all("collect", [[*usual, *EXPORT_MISTAKES[-1][0]]])
    return directory, [*runs, pushed_again], [first, second, third, away]


def test_a_batch_that_is_there_is_exported(exports):
    directory, (folders, tasks, pushed, again), _ = exports
    for run in (folders, tasks, pushed, again):
        assert run.status == 0, run.stderr
    assert folders.stdout == f"folders: {directory}/folders, 6 images to be moved\n"
    assert tasks.stdout == f"tasks: 6, in {directory}/tasks.json\n"
    assert "/projects/1, 6 tasks added, 0 there" in pushed.stderr
    assert "/projects/1, 0 tasks added, 6 there" in again.stderr
    assert json.loads(pushed.stdout)["chosen"] == {"random": 6}
    assert "umbrella" in pathlib.Path(directory, "labelling_config.xml").read_text()


@pytest.mark.parametrize("number", range(len(EXPORT_MISTAKES)))
def test_mistakes_of_an_export_are_told_in_a_line(exports, number):
    _, status, message = EXPORT_MISTAKES[number]
    run = exports[2][number]
    assert run.status == status
    assert message in run.error
