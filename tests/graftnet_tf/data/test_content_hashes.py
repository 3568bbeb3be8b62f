"""Tests of the hashes of images."""

import dataclasses
import hashlib
import pathlib

import pytest

from graftnet_tf.data.content_hashes import content_hashes
from graftnet_tf.workspace.tasks import write_task
from tests.counted_opens import counted_opens
from tests.trained_workspace import COUNT, draw_workspace

OTHER = "ab" * 32


@pytest.fixture
def workspace(tmp_path):
    """The first of hat's images has a hash in its list, and the last is gone."""
    workspace = draw_workspace(str(tmp_path / "workspace"))
    first, *others = workspace.examples("hat", "train")
    listed = [dataclasses.replace(first, content=OTHER), *others]
    write_task(workspace.path("tasks", "hat"), workspace.task("hat"), {"train": listed})
    pathlib.Path(workspace.image_path(others[-1].image)).unlink()
    return workspace


def test_listed_ones_are_believed_and_others_are_taken(workspace):
    split = workspace.training_split("hat")
    with counted_opens(workspace.root) as counts:
        [hashes] = content_hashes([split])
    read = sum(path.startswith("images/") for path in counts)
    assert read == len(split.examples) - 1
    for row, path in enumerate(split.paths):
        if row == 0:
            assert hashes[row].tobytes().hex() == OTHER
        elif row == len(split.examples) - 1:
            assert not hashes[row].any()
        else:
            content = pathlib.Path(path).read_bytes()
            assert hashes[row].tobytes() == hashlib.sha256(content).digest()


def test_an_image_of_several_tasks_is_read_once(workspace):
    splits = [workspace.training_split(name) for name in ("bag", "gender")]
    with counted_opens(workspace.root) as counts:
        bag, gender = content_hashes(splits)
    read = {path: count for path, count in counts.items() if path.startswith("images/")}
    assert len(read) >= COUNT
    assert set(read.values()) == {1}
    assert (bag == gender).all()
