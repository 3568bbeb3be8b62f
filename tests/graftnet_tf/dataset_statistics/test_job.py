"""Whole jobs in this process, over lists whose faults are known."""

import csv
import json

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.tasks import Example, Task, write_task
from graftnet_tf.workspace.workspace import Workspace

pytest.importorskip("pyarrow", reason="pyarrow is not installed")

from graftnet_tf.dataset_statistics.counts import ImageCounts, Spread
from graftnet_tf.dataset_statistics.job import (
    archive_statistics,
    task_statistics,
)
from graftnet_tf.dataset_statistics.leaks import Leak


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def statistics(leaking_workspace, tmp_path):
    return task_statistics(leaking_workspace, str(tmp_path / "out"), part_size=4)


def test_lists_are_counted(statistics):
    hat, bag = statistics.tasks["hat"], statistics.tasks["bag"]
    assert (hat["train"].images, hat["train"].unreadable) == (5, 1)
    assert hat["train"].classes == {"negative": 2, "positive": 3}
    assert hat["train"].groups == 4
    assert (hat["train"].same, hat["train"].alike) == (1, 0)
    assert (hat["test"].same, hat["test"].alike, hat["test"].unreadable) == (0, 0, 0)
    assert hat["test"].height == Spread(60, 120, 120)
    assert hat["test"].width == Spread(40, 80, 80)
    assert (bag["test"].images, bag["test"].unreadable) == (3, 1)
    assert [bag["train"].changed, bag["test"].changed, hat["train"].changed] == [1, 0, 0]


def test_all_different_images_are_counted_once(statistics):
    """0 to 6, three copies, one made smaller, one broken and one absent."""
    images = statistics.images
    assert (images.images, images.unreadable, images.same, images.alike) == (13, 2, 3, 1)


def test_what_leaks_within_a_task_and_between_tasks_is_told(statistics):
    """By 1 and what looks like 2, and by 3, of 0's group; bag's 0; hat's 4."""
    assert statistics.leaks == [
        Leak(test="hat", train="bag", same=1, alike=0, groups=0),
        Leak(test="bag", train="hat", same=1, alike=0, groups=0),
        Leak(test="hat", train="hat", same=1, alike=1, groups=1),
    ]


def test_every_leaking_image_is_listed_with_what_it_was_learnt_from(statistics, tmp_path):
    found = [tuple(row.values()) for row in rows(tmp_path / "out" / "leaks.csv")]
    assert found == [
        ("same", "hat", "images/4.png", "bag", "images/4.png"),
        ("same", "bag", "images/0test.png", "hat", "images/0.png"),
        ("same", "hat", "images/1test.png", "hat", "images/1.png"),
        ("alike", "hat", "images/2small.jpg", "hat", "images/2.png"),
        ("group", "hat", "images/3.png", "hat", "images/0.png"),
    ]


def test_duplicates_are_listed_together(statistics, tmp_path):
    groups = {}
    for row in rows(tmp_path / "out" / "duplicates.csv"):
        groups.setdefault(row["look"], []).append(row["image"].rpartition("/")[2])
    assert sorted(groups.values()) == [
        ["0.png", "0test.png"],
        ["1.png", "1again.png", "1test.png"],
        ["2.png", "2small.jpg"],
    ]


def test_files_say_what_is_returned(statistics, tmp_path):
    out = tmp_path / "out"
    assert json.loads((out / "statistics.json").read_text()) == statistics.to_dict()
    table = (out / "statistics.txt").read_text().splitlines()
    assert table[0].split()[:3] == ["list", "images", "unreadable"]
    assert table[1].split() == ["all", "13", "2", "3", "1", "60–120–120", "40–80–80"]
    assert [line.split()[:2] for line in table[2:6]] == [
        ["bag", "train"],
        ["bag", "test"],
        ["hat", "train"],
        ["hat", "test"],
    ]
    assert "1 images of bag train have changed since the import." in table
    assert table[-1].startswith("hat test: 1 images are in hat train, 1 more look like one")


def test_a_task_alone_has_no_leaks_of_others(leaking_workspace, tmp_path):
    found = task_statistics(leaking_workspace, str(tmp_path / "out"), ["bag"])
    assert found.leaks == []
    assert list(found.tasks) == ["bag"]
    assert rows(tmp_path / "out" / "leaks.csv") == []


def test_images_that_lists_do_not_name_any_more_are_forgotten(
    statistics, leaking_workspace, tmp_path
):
    found = task_statistics(leaking_workspace, str(tmp_path / "out"), ["bag"], part_size=4)
    assert found.images.images == 5


def test_an_archive_is_counted_without_lists(leaking_workspace, tmp_path):
    images = leaking_workspace.path("images")
    found = archive_statistics([images], str(tmp_path / "out"))
    assert found.images == ImageCounts(12, 1, 3, 1, Spread(60, 120, 120), Spread(40, 80, 80))
    assert (found.tasks, found.leaks) == ({}, [])
    assert not (tmp_path / "out" / "leaks.csv").exists()


def test_lists_without_a_readable_image(tmp_path):
    (tmp_path / "broken.png").write_bytes(b"broken")
    write_task(
        str(tmp_path / "tasks" / "hat"),
        Task.binary("hat"),
        {"train": [Example("broken.png", 1, "")], "test": [Example("absent.png", 1, "")]},
    )
    found = task_statistics(Workspace(str(tmp_path)), str(tmp_path / "out"))
    assert found.images == ImageCounts(2, 2, 0, 0, Spread(0, 0, 0), Spread(0, 0, 0))
    assert found.leaks == [Leak("hat", "hat", 0, 0, 1)]


def test_nothing_to_look_at_is_refused(tmp_path):
    with pytest.raises(GraftNetError, match="has no task with an image"):
        task_statistics(Workspace(str(tmp_path)), str(tmp_path / "out"))
