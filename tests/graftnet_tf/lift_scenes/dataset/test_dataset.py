import csv

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as run_lengths

from graftnet_tf.io import atomic_files
from graftnet_tf.lift_scenes.dataset.attribute_tasks import ATTRIBUTE_TASKS, label
from graftnet_tf.lift_scenes.dataset.dataset import write_scenes
from graftnet_tf.lift_scenes.scene.scene import render_snapshot

COUNT, SEED = 4, 5


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    directory = tmp_path_factory.mktemp("scenes")
    write_scenes(str(directory), COUNT, SEED, workers=1)
    return directory


@pytest.fixture(scope="module")
def drawn():
    return [render_snapshot(SEED, index) for index in range(COUNT)]


def test_instances_give_back_masks_and_boxes(scenes, drawn):
    coco = atomic_files.read_json(str(scenes / "instances.json"))
    assert [category["name"] for category in coco["categories"]] == ["person"]
    for image, snapshot in zip(coco["images"], drawn, strict=True):
        assert (image["height"], image["width"]) == snapshot.image.shape[:2]
        found = [a for a in coco["annotations"] if a["image_id"] == image["id"]]
        for annotation, passenger in zip(found, snapshot.passengers, strict=True):
            mask = run_lengths.decode(annotation["segmentation"])
            np.testing.assert_array_equal(mask, passenger.mask)
            assert annotation["area"] == mask.sum()
            assert annotation["bbox"] == list(passenger.box)
    identities = [annotation["id"] for annotation in coco["annotations"]]
    assert len(set(identities)) == len(identities) > 0
    assert min(identities) == 1


def test_truth_lists_every_passenger_with_a_class_per_task(scenes, drawn):
    with (scenes / "truth.csv").open() as file:
        rows = list(csv.DictReader(file))
    passengers = [passenger for snapshot in drawn for passenger in snapshot.passengers]
    for row, passenger in zip(rows, passengers, strict=True):
        assert (int(row["x"]), int(row["y"])) == passenger.box[:2]
        for task in ATTRIBUTE_TASKS:
            assert row[task.name] == task.classes[label(task, passenger.attributes)]


def test_snapshots_are_what_was_drawn(scenes, drawn):
    for index, snapshot in enumerate(drawn):
        with Image.open(scenes / "snapshots" / f"{index:06d}.jpg") as image:
            stored = np.asarray(image, np.float32)
        assert np.abs(stored - snapshot.image).mean() < 8


def test_processes_draw_the_same_bytes(scenes, tmp_path):
    write_scenes(str(tmp_path), COUNT, SEED, workers=2)
    assert atomic_files.tree_sha256(str(tmp_path)) == atomic_files.tree_sha256(str(scenes))
