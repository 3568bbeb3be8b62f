"""Tests of the importer of Clothing Co-Parsing."""

import os
import re

import numpy as np
import pytest
from scipy.io import savemat

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers import ccp
from graftnet_tf.importers.ccp_tasks import TASKS
from graftnet_tf.importers.store import import_tasks
from graftnet_tf.io.image_decoding import decode_image
from graftnet_tf.workspace.tasks import BINARY_CLASSES
from graftnet_tf.workspace.workspace import Workspace

SHARED = os.path.join(os.path.dirname(__file__), *[".."] * 4, "shared", "data")


needs_data = pytest.mark.skipif(
    not os.path.isdir(os.path.join(SHARED, "ccp")), reason="needs the data set"
)


def labels(collection, stem):
    (photo,) = [p for p in collection.photos if os.path.basename(p.source) == f"{stem}.jpg"]
    return {
        task.name: task.classes[photo.labels[task.name]]
        for task in collection.tasks
        if task.classes[photo.labels[task.name]] not in ("negative", "other")
    }


def test_a_photo_is_labelled_for_every_task_from_either_annotation(ccp_tree):
    ccp_tree.tagged("3001", "purse", "jeans", "hair")
    ccp_tree.masked("0007", dress=(5, 20, 5, 20), leggings=(20, 30, 5, 20), hair=(1, 5, 5, 20))
    ccp_tree.tagged("3002")
    collection = ccp.scan(str(ccp_tree.root))
    assert len(collection.tasks) == 19
    assert all(set(photo.labels) == {t.name for t in TASKS} for photo in collection.photos)
    assert labels(collection, "3001") == {
        "bag": "positive",
        "jeans": "positive",
        "lower_body": "pants",
    }
    assert labels(collection, "0007") == {
        "dress": "positive",
        "stockings": "positive",
        "lower_body": "skirt_or_dress",
    }
    assert labels(collection, "3002") == {}


def test_a_folder_of_one_half_only_will_do(ccp_tree):
    ccp_tree.tagged("3001", "hat")
    (ccp_tree.root / "annotations" / "pixel-level").rmdir()
    assert len(ccp.scan(str(ccp_tree.root)).photos) == 1


def test_named_tasks_only(ccp_tree):
    ccp_tree.tagged("3001", "hat")
    collection = ccp.scan(str(ccp_tree.root), ["lower_body", "hat"])
    assert [task.name for task in collection.tasks] == ["lower_body", "hat"]
    with pytest.raises(GraftNetError, match=r"Unknown tasks cap; .*sunglasses, hat"):
        ccp.scan(str(ccp_tree.root), ["hat", "cap"])


def test_photos_of_the_same_person_share_a_group(ccp_tree):
    for stem in ("0045", "1456", "1457"):
        ccp_tree.tagged(stem)
    groups = [photo.group for photo in ccp.scan(str(ccp_tree.root)).photos]
    assert groups[0] == groups[1] != groups[2]
    assert not set(ccp.SAME_PERSON) & set(ccp.SAME_PERSON.values())


def test_photos_that_cannot_be_labelled_are_listed(ccp_tree):
    ccp_tree.tagged("3001", "hat")
    ccp_tree.photo("3002")
    ccp_tree.tagged("3003")
    (ccp_tree.root / "annotations/image-level/3003.mat").write_bytes(b"damaged")
    ccp_tree.tagged("3004")
    savemat(ccp_tree.root / "annotations/image-level/3004.mat", {"tags": np.uint8([[200]])})
    collection = ccp.scan(str(ccp_tree.root))
    assert len(collection.photos) == 1
    reasons = {os.path.basename(path): reason for path, reason in collection.skipped.items()}
    assert reasons["3002.jpg"] == "No annotation."
    assert "3003.mat is damaged" in reasons["3003.jpg"]
    assert "has label 200" in reasons["3004.jpg"]


@pytest.mark.parametrize("part", ["label_list.mat", "photos", "annotations"])
def test_another_layout_is_refused(ccp_tree, part):
    ccp_tree.tagged("3001", "hat")
    (ccp_tree.root / part).rename(ccp_tree.root / "elsewhere")
    with pytest.raises(GraftNetError, match=f"has no {part}"):
        ccp.scan(str(ccp_tree.root))


def test_sources_with_nothing_to_import_are_refused(ccp_tree):
    with pytest.raises(GraftNetError, match="does not exist"):
        ccp.scan(str(ccp_tree.root / "gone"))
    ccp_tree.photo("3001")
    with pytest.raises(GraftNetError, match="no photo with an annotation"):
        ccp.scan(str(ccp_tree.root))


def test_people_with_pixel_labels_are_cut_out_and_others_keep_their_bytes(ccp_tree, tmp_path):
    ccp_tree.masked("0001", dress=(5, 35, 5, 25))
    ccp_tree.tagged("3001", "hat")
    workspace = Workspace(str(tmp_path / "workspace"), create=True)
    import_tasks(workspace, ccp.scan(str(ccp_tree.root)))
    images = tmp_path / "workspace" / "images" / "ccp"
    whole = (ccp_tree.root / "photos" / "3001.jpg").read_bytes()
    assert (images / "3001.jpg").read_bytes() == whole
    assert decode_image((images / "0001.jpg").read_bytes()).shape == (32, 22, 3)


def test_masks_that_do_not_fit_or_hold_too_little_leave_their_photo_out(ccp_tree, tmp_path):
    ccp_tree.masked("0001", dress=(1, 40, 1, 30))
    ccp_tree.masked("0002")
    ccp_tree.masked("0003", dress=(1, 40, 1, 30))
    ccp_tree.photo("0003", height=50)
    ccp_tree.masked("0004", hat=(1, 5, 1, 5))
    workspace = Workspace(str(tmp_path / "workspace"), create=True)
    (imported,) = import_tasks(workspace, ccp.scan(str(ccp_tree.root), ["hat"]))
    assert sum(map(len, imported.examples.values())) == 1
    reasons = {os.path.basename(path): reason for path, reason in imported.skipped.items()}
    assert reasons["0002.jpg"] == "Its annotation labels no pixel."
    assert reasons["0004.jpg"].endswith("height and width are 4, 4")
    assert "(40, 30) pixels; the photo has (50, 30)" in reasons["0003.jpg"]


@needs_data
def test_label_counts_are_those_of_the_data_set_s_description():
    with open(os.path.join(SHARED, "README.md"), encoding="utf-8") as file:
        rows = re.findall(
            r"^\| (\w+) \|.*?\| (\d+) \(.*?\| (\d+) \(.*?\| (\d+) \(", file.read(), re.M
        )
    expected = {name: int(both) for name, _, _, both in rows}
    collection = ccp.scan(os.path.join(SHARED, "ccp"))
    found = {
        task.name if task.classes == BINARY_CLASSES else label: sum(
            photo.labels[task.name] == index for photo in collection.photos
        )
        for task in collection.tasks
        for index, label in enumerate(task.classes)
        if label != "negative"
    }
    assert collection.skipped == {}
    assert found == expected


@needs_data
def test_the_pairs_to_keep_together_are_those_of_the_data_set_s_description():
    with open(os.path.join(SHARED, "README.md"), encoding="utf-8") as file:
        pairs = re.findall(r"\b(\d{4})-(\d{4})\b", file.read())
    assert {second: first for first, second in pairs} == ccp.SAME_PERSON
