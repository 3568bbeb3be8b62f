"""From an archive to a served head by way of a real Label Studio; run by `make slow`.

The environment variable LABEL_STUDIO names its binary, in a virtual environment of its own.
"""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from graftnet_tf.active_learning.batch import read_batch
from graftnet_tf.evaluation.local_predictor import LocalPredictor
from graftnet_tf.label_studio.access_token import VARIABLE
from graftnet_tf.workspace.extra_columns import read_column
from graftnet_tf.workspace.workspace import Workspace
from tests.pipelines.forked_runs import run_all
from tests.pipelines.label_studio_process import COMMAND, label_studio

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not COMMAND, reason="LABEL_STUDIO names no Label Studio"),
]
COUNT = 24
TINY = ["--graft_after=0", "--last_block=1", "--steps=4", "--batch_size=4", "--views=1"]


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    with label_studio(str(tmp_path_factory.mktemp("studio"))) as running:
        yield running


@pytest.fixture
def archive(tmp_path):
    """Images that are bright, which is what is labelled, or dark."""
    (tmp_path / "archive").mkdir()
    random = np.random.default_rng(7)
    for number in range(2 * COUNT):
        coarse = random.integers(0, 128, (6, 4, 3), dtype=np.uint8) + np.uint8(127 * (number % 2))
        image = Image.fromarray(coarse).resize((60, 90), Image.Resampling.BICUBIC)
        image.save(tmp_path / "archive" / f"{number:02d}.png")
    return str(tmp_path / "archive")


def run(binary, *arguments):
    [done] = run_all(binary, [arguments])
    assert done.status == 0, done.stderr
    return done.stdout


def is_bright(chosen):
    return int(chosen.image[-6:-4]) % 2 == 1


def test_a_batch_is_pushed_annotated_pulled_trained_and_composed(
    studio, trained, archive, tmp_path, monkeypatch
):
    root = trained.copy(str(tmp_path / "workspace")).root
    where = [f"--workspace={root}", "--task=bright"]
    first, second = str(tmp_path / "batch-1"), str(tmp_path / "batch-2")
    asked = [*where, f"--archive={archive}", f"--count={COUNT}", "--strategy=random"]
    export = ["--export=label_studio", f"--push={studio.url}"]

    monkeypatch.setenv(VARIABLE, studio.personal_token())
    assert f"{COUNT} tasks added, 0 there" in run("collect", *asked, f"--output={first}", *export)
    assert f"0 tasks added, {COUNT} there" in run("collect", f"--output={first}", *export)

    images = read_batch(first).images
    with open(f"{first}/label_studio.json", encoding="utf-8") as file:
        project = json.load(file)["number"]
    tasks = studio.tasks_by_hash(project)
    leaver = studio.add_user("leaver")
    differing, unsure, bad, skipped, *alike = images
    for chosen in alike:
        studio.annotate(tasks[chosen.sha256], "positive" if is_bright(chosen) else "negative")
    for chosen in alike[:2]:
        label = "positive" if is_bright(chosen) else "negative"
        studio.annotate(tasks[chosen.sha256], label, leaver)
    studio.annotate(tasks[differing.sha256], "positive")
    studio.annotate(tasks[differing.sha256], "negative", leaver)
    studio.annotate(tasks[unsure.sha256], "unsure")
    studio.annotate(tasks[bad.sha256], "bad crop")
    studio.annotate(tasks[skipped.sha256], None)

    pull = [*where, "--format=label_studio", f"--source={first}", "--test_fraction=0.2"]
    told = run("prepare_tasks", *pull)
    assert (
        f"{COUNT} images of task bright: {COUNT - 4} labelled, 1 unsure, 1 bad crop, "
        "1 labelled differently, 1 skipped." in told
    )
    assert f"Annotators 1 and {leaver} both gave a class to 3 images, the same to 2" in told

    studio.annotate(tasks[skipped.sha256], "positive" if is_bright(skipped) else "negative")
    studio.delete_user(leaver)
    told = run("prepare_tasks", *pull, "--append")
    assert "3 answers are by deleted users" in told
    assert f"1 labels joined {COUNT - 4}; {COUNT - 4} images had the same label already." in told

    workspace = Workspace(root)
    found = {}
    for split in ("train", "test"):
        chances = read_column(root, "bright", split, "probability")
        for example in workspace.examples("bright", split):
            found[example.content] = (example.label, example.group, chances[example.image])
    assert found == {
        chosen.sha256: (int(is_bright(chosen)), chosen.group, repr(chosen.probability))
        for chosen in [skipped, *alike]
    }
    with open(workspace.path("tasks", "bright", "skipped.csv"), newline="") as file:
        assert {row["image"] for row in csv.DictReader(file)} == {
            chosen.image for chosen in (differing, unsure, bad)
        }

    run("train_branch", *where, *TINY)
    run("compose", f"--workspace={root}")
    run("collect", *asked[:-1], "--strategy=uncertain", f"--output={second}", "--count=10", *export)
    next_images = read_batch(second).images
    assert not {chosen.sha256 for chosen in next_images} & found.keys()
    with open(f"{second}/tasks.json", encoding="utf-8") as file:
        predicted = [task["predictions"] for task in json.load(file)]
    assert all(one["model_version"] == "graftnet-1" for [one] in predicted)
    assert "bright" in LocalPredictor(workspace.path("serving", "graftnet", "1")).attributes
