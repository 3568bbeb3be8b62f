"""Lists that are read from their index instead of being parsed."""

import glob
import os
import tempfile

import numpy as np
import pytest

from graftnet_tf.workspace import list_index
from graftnet_tf.workspace.example import Example
from graftnet_tf.workspace.tasks import Task, write_task
from graftnet_tf.workspace.workspace import Workspace

TASK = Task.binary("hat")
HASH = "0f" * 32
EXAMPLES = [
    Example("images/ä.jpg", 0, "a", HASH),
    Example("images/b.jpg", 1, "b"),
    Example("images/c.jpg", 1, "a"),
]


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setattr(list_index, "INDEXED_ROWS", 2)
    workspace = Workspace(str(tmp_path), create=True)
    write_task(workspace.path("tasks", "hat"), TASK, {"train": EXAMPLES, "test": EXAMPLES[:2]})
    return workspace


@pytest.fixture
def parsed(monkeypatch):
    """Paths of the lists that were parsed."""
    paths, parse = [], list_index.parse_list

    def recorded(content, path, task):
        paths.append(os.path.basename(path))
        return parse(content, path, task)

    monkeypatch.setattr(list_index, "parse_list", recorded)
    return paths


def indexes(workspace):
    return glob.glob(workspace.path("cache", "lists", "*"))


def test_a_long_list_is_parsed_once(workspace, parsed):
    first, second = (workspace.examples("hat", "train") for _ in range(2))
    assert parsed == ["train.csv"]
    assert first == second == EXAMPLES
    assert [example.content for example in second] == [HASH, "", ""]
    assert second.groups.tolist() == [0, 1, 0]
    (index,) = indexes(workspace)
    digest = workspace.split("hat", "train").hashes["tasks/hat/train.csv"]
    assert index.endswith(f"-{digest}.npz")
    with pytest.raises(ValueError, match="read-only"):
        second.labels[0] = 1


def test_a_short_list_leaves_no_index(workspace, parsed):
    for _ in range(2):
        assert workspace.examples("hat", "test") == EXAMPLES[:2]
    assert parsed == ["test.csv", "test.csv"]
    assert indexes(workspace) == []


def cut_short(path):
    os.truncate(path, os.path.getsize(path) // 2)


def flip(path):
    with open(path, "r+b") as file:
        file.seek(os.path.getsize(path) // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 255]))


def empty(path):
    os.truncate(path, 0)


def of_something_else(path):
    np.savez(path, weights=np.zeros(3))


@pytest.mark.parametrize("damage", [cut_short, flip, empty, of_something_else])
def test_a_damaged_index_is_replaced(workspace, parsed, damage):
    workspace.examples("hat", "train")
    (path,) = indexes(workspace)
    damage(path)
    for _ in range(2):
        assert workspace.examples("hat", "train") == EXAMPLES
    assert parsed == ["train.csv", "train.csv"]


def test_other_classes_have_other_labels(workspace, parsed):
    workspace.examples("hat", "train")
    swapped = Task("hat", TASK.classes[::-1], TASK.attributes)
    write_task(
        workspace.path("tasks", "hat"),
        swapped,
        {"train": [Example(e.image, 1 - e.label, e.group, e.content) for e in EXAMPLES]},
    )
    assert len(indexes(workspace)) == 1
    for _ in range(2):
        assert workspace.examples("hat", "train").labels.tolist() == [1, 0, 0]
    assert parsed == ["train.csv", "train.csv"]
    assert len(indexes(workspace)) == 1, "of the same bytes"


def test_an_edited_list_is_parsed_and_its_former_index_goes(workspace, parsed):
    same = [*EXAMPLES[:2], Example("images/d.jpg", 1, "d")]
    write_task(workspace.path("tasks", "cap"), Task.binary("cap"), {"train": same})
    for name in ("hat", "cap"):
        workspace.examples(name, "train")
    before = set(indexes(workspace))
    assert len(before) == 2
    with open(workspace.path("tasks", "hat", "train.csv"), "a") as file:
        file.write("images/new.jpg,negative,new\n")
    new = Example("images/new.jpg", 0, "new")
    assert workspace.examples("hat", "train") == [*EXAMPLES, new]
    assert parsed == ["train.csv"] * 3
    assert len(before & set(indexes(workspace))) == 1, "that of the other list"
    assert len(indexes(workspace)) == 2


def test_a_cache_that_cannot_be_written_is_done_without(workspace, parsed):
    with open(workspace.path("cache"), "w") as file:
        file.write("no directory")
    for _ in range(2):
        assert workspace.examples("hat", "train") == EXAMPLES
    assert parsed == ["train.csv", "train.csv"]


def test_the_index_of_a_remote_workspace_is_on_this_machine(workspace, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    remote = Workspace(f"file://{workspace.root}")
    assert remote.examples("hat", "train") == EXAMPLES
    assert indexes(remote) == indexes(workspace) == []
    assert len(glob.glob(str(tmp_path / "temporary" / "graftnet-cache" / "lists" / "*.npz"))) == 1
