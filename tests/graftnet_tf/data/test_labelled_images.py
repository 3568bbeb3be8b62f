"""Tests of the images and labels of tasks."""

import dataclasses

import numpy as np
import pytest

from graftnet_tf.data import labelled_images
from graftnet_tf.data.fingerprints import data_hashes
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.io.atomic_files import sha256
from graftnet_tf.workspace.tasks import write_task
from tests.counted_opens import counted_opens
from tests.trained_workspace import COUNT, GENDER, UNREADABLE, draw_workspace

SIZE = Preprocessing(30, 20)


@pytest.fixture
def workspace(tmp_path):
    return draw_workspace(str(tmp_path / "workspace"))


def labelled_in(workspace, *names):
    return labelled_images.label([workspace.training_split(name) for name in names], SIZE)


def with_hashes(workspace, name):
    """Writes a task's list anew, with the hashes of its images."""
    examples = [
        dataclasses.replace(example, content=sha256(workspace.image_path(example.image)))
        for example in workspace.examples(name, "train")
    ]
    write_task(workspace.path("tasks", name), workspace.task(name), {"train": examples})


def test_each_task_has_its_own_rows_of_the_images_of_all(workspace):
    labelled = labelled_in(workspace, "hat", "gender")
    hat, gender = labelled.tasks
    assert gender.task == GENDER
    assert len(labelled.reader) == len(hat.rows) + len(gender.rows)
    assert sorted([*hat.rows, *gender.rows]) == list(range(len(labelled.reader)))
    assert hat.labels[:4].tolist() == [0, 1, 0, 1]
    assert gender.labels[:4].tolist() == [0, 1, 2, 0]
    for some in (hat, gender):
        _, images = some.reader.readable(some.rows, some.reader.read)
        assert images.shape == (COUNT, 30, 20, 3)
    assert list(labelled.reader.reasons) == [workspace.path(UNREADABLE)]


def test_no_image_of_a_list_with_hashes_is_opened(workspace):
    without = labelled_in(workspace, "hat")
    with_hashes(workspace, "hat")
    with counted_opens(workspace.root) as counts:
        labelled = labelled_in(workspace, "hat")
    assert not any(path.startswith("images/") for path in counts)
    np.testing.assert_array_equal(labelled.reader.contents, without.reader.contents)


def test_the_inputs_are_the_hashes_of_the_tasks_data(workspace):
    inputs = labelled_in(workspace, "hat", "bag").inputs
    hashes = data_hashes([workspace.training_split(name) for name in ("hat", "bag")])
    assert inputs == {"data/hat": hashes["hat"], "data/bag": hashes["bag"]}


def test_each_task_by_itself_is_what_it_is_alone(workspace):
    splits = [workspace.training_split(name) for name in ("hat", "bag")]
    each = labelled_images.label_each(splits, SIZE)
    for name, own in each.items():
        alone = labelled_in(workspace, name)
        assert own.inputs == alone.inputs
        np.testing.assert_array_equal(own.tasks[0].rows, alone.tasks[0].rows)
        np.testing.assert_array_equal(own.reader.contents, alone.reader.contents)
    assert each["hat"].reader is not each["bag"].reader
