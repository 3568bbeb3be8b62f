import hashlib
import json
import os

import numpy as np
import pytest

from graftnet_tf.data import fingerprints, labelled_images
from graftnet_tf.data.fingerprints import data_hash, data_hashes, input_name
from graftnet_tf.data.preprocessing import Preprocessing
from graftnet_tf.workspace.example import Example
from graftnet_tf.workspace.example_table import ExampleTable
from graftnet_tf.workspace.image_paths import ImagePaths
from graftnet_tf.workspace.task_split import TaskSplit
from graftnet_tf.workspace.tasks import Task
from tests.trained_workspace import UNREADABLE, draw_workspace


def split_of(examples):
    table = ExampleTable.of(examples)
    return TaskSplit(Task.binary("hat"), table, ImagePaths("/root", table), {})


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_it_is_the_hash_of_one_text_however_many_rows_are_taken_at_once(monkeypatch, count):
    monkeypatch.setattr(fingerprints, "_AT_ONCE", 2)
    split = split_of(Example(f'ä"{row}.jpg', row % 2, f"g{row}") for row in range(count))
    contents = np.full((count, 32), 15, np.uint8)
    contents[1:2] = 0  # cannot be read
    rows = [
        [f'ä"{row}.jpg', None if row == 1 else "0f" * 32, row % 2, f"g{row}"]
        for row in range(count)
    ]
    task = {
        "name": "hat",
        "classes": ["negative", "positive"],
        "attributes": {"hat": "positive"},
    }
    text = json.dumps([task, rows])
    assert data_hash(split, contents) == hashlib.sha256(text.encode()).hexdigest()


def hashes_of(workspace):
    return data_hashes(workspace.training_split(name) for name in ("hat", "bag"))


def test_manifests_record_it_and_tasks_over_the_same_images_differ(tmp_path):
    workspace = draw_workspace(str(tmp_path / "workspace"))
    hashes = hashes_of(workspace)
    assert hashes["hat"] != hashes["bag"]
    inputs = labelled_images.label([workspace.training_split("hat")], Preprocessing(80, 75)).inputs
    assert inputs[input_name("hat")] == hashes["hat"]


def test_an_image_that_is_missing_counts_as_such(tmp_path):
    workspace = draw_workspace(str(tmp_path / "workspace"))
    before = hashes_of(workspace)
    os.remove(workspace.path(UNREADABLE))
    after = hashes_of(workspace)
    assert after["hat"] != before["hat"]
    assert after["bag"] == before["bag"]
