"""Jobs read the files that describe a task once, and those that need each image each once."""

import dataclasses

import pytest

from graftnet_tf.branch.train import train_branches
from graftnet_tf.data import labelled_images
from graftnet_tf.data.fingerprints import data_hashes
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.evaluation import evaluate
from graftnet_tf.io import atomic_files
from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.mining.mine import mine_all
from graftnet_tf.trunk.pretraining import train_trunk
from graftnet_tf.workspace.tasks import write_task
from tests.counted_opens import counted_opens
from tests.trained_workspace import COUNT, CUT_SHORT, TRUNK, UNREADABLE

TASKS = ["hat", "bag"]
PEOPLE = [f"images/person{number:02d}.png" for number in range(COUNT)]
IMAGES = [UNREADABLE, *PEOPLE]
MINING = MiningConfig(clusters=2, suspects=0)


def _splits(workspace):
    return [workspace.training_split(task) for task in TASKS]


def _label(workspace):
    labelled_images.label(_splits(workspace), Preprocessing(30, 20))


def _label_each(workspace):
    labelled_images.label_each(_splits(workspace), Preprocessing(30, 20))


def _hash(workspace):
    data_hashes(_splits(workspace))


def _train_trunk(workspace):
    train_trunk(workspace, dataclasses.replace(TRUNK, steps=0), tasks=TASKS)


JOBS = [_label, _label_each, _hash, _train_trunk]


@pytest.fixture
def workspace(trained, tmp_path):
    return trained.copy(str(tmp_path / "workspace"))


@pytest.fixture(autouse=True)
def _nothing_published(monkeypatch):
    """Saving models takes seconds and reads none of this."""
    for kind in ("branch", "trunk"):
        monkeypatch.setattr(f"graftnet_tf.{kind}.{kind}.publish", lambda *_, **__: "0001")


def _check_described_once(counts, tasks):
    described = [f"tasks/{task}/{file}" for task in tasks for file in ("task.json", "train.csv")]
    assert {path: counts[path] for path in described} == dict.fromkeys(described, 1)


def _check_read_once(counts, tasks):
    _check_described_once(counts, tasks)
    assert {path: counts[path] for path in IMAGES} == dict.fromkeys(IMAGES, 1)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.__name__.strip("_"))
def test_every_image_and_every_description_of_a_task_is_read_once(workspace, job):
    with counted_opens(workspace.root) as counts:
        job(workspace)
    _check_read_once(counts, TASKS)


def _list_hashes(workspace, name):
    """Writes a task's train list as an import does, with hashes and without what is unreadable."""
    split = workspace.training_split(name)
    hashed = [
        dataclasses.replace(example, content=atomic_files.sha256(path))
        for example, path in zip(split.examples, split.paths, strict=True)
        if example.image != UNREADABLE
    ]
    write_task(workspace.path("tasks", name), split.task, {"train": hashed})


def test_mining_reads_images_again_for_its_page_alone(workspace, monkeypatch):
    monkeypatch.setattr("graftnet_tf.mining.mine.write_report", lambda *_: None)
    for task in TASKS:
        _list_hashes(workspace, task)
    with counted_opens(workspace.root) as first:
        list(mine_all(workspace, TASKS, MINING))
    with counted_opens(workspace.root) as second:
        list(mine_all(workspace, TASKS, MINING))
    for counts, times in ((first, 1), (second, 0)):
        _check_described_once(counts, TASKS)
        assert [counts[path] for path in PEOPLE] == [times] * COUNT
        assert counts[UNREADABLE] == 0


def test_branches_read_the_lists_of_their_tasks_and_of_what_mining_left_once(workspace):
    list(mine_all(workspace, ["hat"], MINING))
    whole = dataclasses.replace(CUT_SHORT, steps=0, views=0)
    configs = {"hat": dataclasses.replace(whole, mining="newest"), "bag": whole}
    with counted_opens(workspace.root) as counts:
        list(train_branches(workspace, configs))
    _check_described_once(counts, TASKS)
    mined = [f"tasks/hat/mining/0001/{file}" for file in ("train.csv", "manifest.json")]
    assert [counts[path] for path in mined] == [1, 1]


def test_an_evaluation_reads_every_task_and_every_image_once(colour_model, colour_workspace):
    with counted_opens(colour_workspace.root) as counts:
        evaluate.evaluate(colour_workspace, colour_model)
    tasks = colour_workspace.task_names()
    described = [f"tasks/{task}/{file}" for task in tasks for file in ("task.json", "test.csv")]
    assert {path: counts[path] for path in described} == dict.fromkeys(described, 1)
    images = {path: count for path, count in counts.items() if path.startswith("images/")}
    assert set(images.values()) == {1}
