"""Tests of slices: which photo is in which, and which slices are large enough to be told."""

import numpy as np

from graftnet_tf.workspace.example import Example
from graftnet_tf.workspace.tasks import Task, write_task
from graftnet_tf.workspace.workspace import Workspace
from tests.benchmarks.evidence.photos import Photos
from tests.benchmarks.evidence.slices import by_slice, values_of


def test_a_photo_is_in_the_slice_of_the_first_task_that_it_is_a_positive_of(tmp_path):
    workspace = Workspace(str(tmp_path), create=True)
    for name, labels in (("Front", [1, 0, 0]), ("Back", [1, 1, 0])):
        rows = [Example(f"/{n}.jpg", label, str(n)) for n, label in enumerate(labels)]
        write_task(workspace.path("tasks", name), Task.binary(name), {"train": rows, "test": []})
    paths = ["/2.jpg", "/1.jpg", "/0.jpg", "/else.jpg"]
    assert values_of(workspace, ("Front", "Back"), paths) == ["", "Back", "Front", ""]


def test_each_value_has_its_figures_and_small_ones_are_left_out():
    labels = np.tile(np.int8([0, 1]), 80)[:, None]
    photos = Photos(("hat",), np.arange(160), np.zeros((160, 1, 1, 3)), labels, np.arange(160))
    values = ["Front"] * 60 + ["Back"] * 60 + ["Side"] * 40  # 30, 30 and 20 of either label
    scores = labels.astype(np.float32)
    scores[:60] = 1 - scores[:60]
    found = by_slice({"test": scores, "validation": labels}, photos, photos, values)
    assert [(one["attribute"], one["value"], one["auc"]) for one in found] == [
        ("hat", "Front", 0.0),
        ("hat", "Back", 1.0),
    ]
    assert (found[1]["recall"], found[1]["fpr"], found[1]["positives"]) == (1, 0, 30)
