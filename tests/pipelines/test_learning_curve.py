"""learning_curve as a person runs it."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from graftnet_tf.importers.formats import import_folders
from graftnet_tf.workspace.tasks import SPLITS
from tests.pipelines.forked_runs import run_all

MISTAKES = [
    (["--task=bag", "--more=some"], 2, "--more takes numbers above 0"),
    (["--task=bag", "--more=0"], 2, "--more takes numbers above 0"),
    (["--task=none"], 1, "No task 'none'"),
    (["--task=bag"], 1, "Task bag, attribute bag: "),
]


@pytest.fixture(scope="module")
def runs(trained, tmp_path_factory):
    """The workspace, and the runs: whole, whole as JSON, those of `MISTAKES`."""
    root = tmp_path_factory.mktemp("curve")
    workspace = trained.copy(str(root / "workspace"))
    random = np.random.default_rng(0)
    for number in range(80):
        label = ("negative", "positive")[number % 2]
        image = random.integers(0, 128, (60, 40, 3), np.uint8)
        image[:, :, number % 2] += 60
        (root / "scarf" / label).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(root / "scarf" / label / f"{number}.png")
    import_folders(workspace, str(root / "scarf"))
    usual = [f"--workspace={workspace.root}"]
    whole = [*usual, "--task=scarf", "--more=50,100"]
    return workspace, run_all(
        "learning_curve", [whole, [*whole, "--json"], *([*usual, *some] for some, _, _ in MISTAKES)]
    )


def test_what_more_labels_will_bring_is_told_with_an_interval(runs):
    _, (run, *_) = runs
    assert run.status == 0, run.stderr
    first, *gains = run.stdout.splitlines()
    assert re.match(r"scarf, \d+ labels; a probe's AUC by those that it learnt from: \.?\d", first)
    assert [line.split()[0] for line in gains] == ["50", "100"]
    assert all(re.search(r"[+-]0\.\d{3} \([+-]0\.\d{3} to [+-]0\.\d{3}\)$", line) for line in gains)


def test_only_train_is_looked_at(runs):
    workspace, (_, run, *_) = runs
    one = json.loads(run.stdout)["tasks"]["scarf"]["scarf"]
    counts = {split: len(workspace.examples("scarf", split)) for split in SPLITS}
    assert one["labels"] == counts["train"]
    assert one["gains"]["50"]["low"] <= one["gains"]["50"]["value"] <= one["gains"]["50"]["high"]
    assert abs(one["gains"]["50"]["value"]) <= abs(one["gains"]["100"]["value"])


@pytest.mark.parametrize("place", range(len(MISTAKES)))
def test_mistakes_are_told_in_one_line(runs, place):
    _, (_, _, *others) = runs
    _, status, words = MISTAKES[place]
    assert others[place].status == status
    assert words in others[place].stderr
    assert "Traceback" not in others[place].stderr
