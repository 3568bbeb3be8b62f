"""Columns of a list beside its own: written, read by image, and in nobody's way."""

import dataclasses

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.extra_columns import columns_of, read_column
from graftnet_tf.workspace.tasks import Example, Task, write_task
from graftnet_tf.workspace.workspace import Workspace

EXAMPLES = [
    Example("a.jpg", 0, "ann", columns={"camera": 'north, "2"'}),
    Example("b.jpg", 1, "bob", columns={"camera": "south", "age": "30-39"}),
    Example("c.jpg", 1, "bob"),
]


@pytest.fixture
def root(tmp_path):
    write_task(str(tmp_path / "tasks" / "hat"), Task.binary("hat"), {"test": EXAMPLES})
    return str(tmp_path)


def test_cells_are_read_by_image(root):
    cameras = {"a.jpg": 'north, "2"', "b.jpg": "south", "c.jpg": ""}
    assert read_column(root, "hat", "test", "camera") == cameras
    assert read_column(root, "hat", "test", "age") == {"a.jpg": "", "b.jpg": "30-39", "c.jpg": ""}
    assert read_column(root, "hat", "test", "site") is None
    assert columns_of(root, "hat", "test") == ["image", "class", "group", "sha256", "camera", "age"]


def test_examples_are_what_they_are_without_them(root):
    examples = Workspace(root).examples("hat", "test")
    assert examples == EXAMPLES == [dataclasses.replace(e, columns={}) for e in EXAMPLES]


def test_a_list_without_further_columns_has_the_header_that_it_had(root):
    assert columns_of(root, "hat", "train") == ["image", "class", "group", "sha256"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"image,camera\na,1\na,2\n", "lists a with camera '1' and '2'; expected one"),
        (b"picture,camera\na,1\n", "expected image among them"),
        (b"image,camera\na,\xff\n", "is no CSV in UTF-8"),
    ],
)
def test_a_list_that_does_not_tell_is_named(root, content, message):
    with open(f"{root}/tasks/hat/test.csv", "wb") as file:
        file.write(content)
    with pytest.raises(GraftNetError, match=message):
        read_column(root, "hat", "test", "camera")
