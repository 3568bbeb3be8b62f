"""Tests of the importer of PA-100K, and of what it shares with other person-attribute sets."""

import os

import numpy as np
import pytest
from scipy.io import savemat

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers import pa100k
from graftnet_tf.importers.classes import Reporting
from graftnet_tf.importers.store import import_tasks
from graftnet_tf.workspace.workspace import Workspace
from tests.graftnet_tf.importers.conftest import cells, write_image

SHARED = os.path.join(os.path.dirname(__file__), *[".."] * 4, "shared", "data", "pa100k")
NAMES = ("Hat", "Age18-60", "Skirt&Dress")


class Pa100k:
    """A tiny source in PA-100K's layout: 000001.jpg is the first image of train."""

    def __init__(self, root):
        self.root = root
        self.rows = {"train": [], "val": [], "test": []}
        self.count = 0
        (root / "data").mkdir(parents=True)

    def add(self, part, *labels, seed=None):
        """An image of noise; of the same seed, of the same noise. No image for a seed of -1."""
        self.count += 1
        name = f"{self.count:06d}.jpg"
        self.rows[part].append((name, labels))
        if seed != -1:
            write_image(self.root / "data" / name, seed=self.count if seed is None else seed)
        return name

    def save(self, **changed):
        variables = {"attributes": cells(*NAMES)}
        for part, rows in self.rows.items():
            variables[f"{part}_images_name"] = cells(*(name for name, _ in rows))
            labels = [labels for _, labels in rows]
            variables[f"{part}_label"] = np.array(labels, np.uint8).reshape(-1, len(NAMES))
        savemat(self.root / "annotation.mat", variables | changed)
        return str(self.root)


@pytest.fixture
def data_set(tmp_path):
    return Pa100k(tmp_path / "source")


@pytest.fixture
def source(data_set):
    data_set.add("train", 1, 1, 0)
    data_set.add("train", 0, 0, 1)
    data_set.add("val", 0, 1, 1)
    data_set.add("test", 1, 0, 0)
    return data_set.save()


def by_name(collection):
    return {photo.name: photo for photo in collection.photos}


def noted(collection, words):
    return [note for note in collection.notes if words in note]


def test_every_attribute_is_a_binary_task_under_a_name_that_can_be_served(source):
    collection = pa100k.scan(source)
    assert [task.name for task in collection.tasks] == ["Hat", "Age18_60", "Skirt_Dress"]
    assert by_name(collection)["000001.jpg"].labels == {"Hat": 1, "Age18_60": 1, "Skirt_Dress": 0}
    assert noted(collection, "Age18-60 as Age18_60, Skirt&Dress as Skirt_Dress")


def test_the_published_split_is_kept_and_validation_is_learnt_from(source):
    collection = pa100k.scan(source)
    splits = [photo.split for photo in collection.photos]
    assert splits == ["train", "train", "train", "test"]
    assert noted(collection, "validation images are in train")


@pytest.mark.parametrize("name", ["Skirt&Dress", "Skirt_Dress"])
def test_tasks_are_asked_for_by_either_name(source, name):
    collection = pa100k.scan(source, [name])
    assert [task.name for task in collection.tasks] == ["Skirt_Dress"]
    assert [photo.labels["Skirt_Dress"] for photo in collection.photos] == [0, 1, 1, 0]


def test_a_label_of_2_is_negative_and_counted(data_set):
    name = data_set.add("train", 2, 1, 2)
    data_set.add("test", 0, 0, 0)
    collection = pa100k.scan(data_set.save())
    assert by_name(collection)[name].labels == {"Hat": 0, "Age18_60": 1, "Skirt_Dress": 0}
    assert noted(collection, "2 labels are 2 (uncertain) and count as negative")


def test_images_that_are_not_there_are_counted_not_listed(data_set):
    kept = data_set.add("train", 1, 0, 0)
    for _ in range(1200):
        data_set.add("train", 0, 0, 0, seed=-1)
    data_set.add("test", 0, 0, 0)
    write_image(data_set.root / "data" / "stranger.jpg")
    collection = pa100k.scan(data_set.save())
    assert kept in by_name(collection)
    assert len(collection.photos) == 2
    assert collection.skipped == {}
    assert noted(collection, "1,200 of the 1,202 images")
    assert noted(collection, "not comparable")
    assert noted(collection, "1 files in")


def test_without_a_test_image_a_test_part_is_drawn(data_set):
    for _ in range(4):
        data_set.add("train", 1, 0, 0)
    data_set.add("test", 1, 0, 0, seed=-1)
    collection = pa100k.scan(data_set.save())
    assert {photo.split for photo in collection.photos} == {None}
    assert noted(collection, "a test part is drawn")


def test_images_that_look_alike_are_drawn_to_one_side(data_set, tmp_path):
    for seed in range(8):
        first = data_set.add("train", seed % 2, 1, 0, seed=seed)
        data_set.add("train", seed % 2, 1, 0, seed=-1)
        twin = data_set.root / "data" / f"{data_set.count:06d}.jpg"
        write_image(data_set.root / "data" / first, seed=seed, height=400, width=300)
        write_image(twin, seed=seed, height=400, width=300)
        twin.write_bytes(twin.read_bytes() + b"\0")  # another file of the same look
    workspace = Workspace(str(tmp_path / "workspace"), create=True)
    collection = pa100k.scan(data_set.save(), ["Hat"])
    assert collection.alike_together
    [imported] = import_tasks(workspace, collection, test_fraction=0.5)
    groups = {e.image: e.group for part in imported.examples.values() for e in part}
    pairs = [
        (f"images/pa100k/{2 * n + 1:06d}.jpg", f"images/pa100k/{2 * n + 2:06d}.jpg")
        for n in range(8)
    ]
    assert all(groups[one] == groups[other] for one, other in pairs)
    assert len(set(groups.values())) == 8
    assert imported.near_duplicates == []
    assert all(imported.examples.values())


def test_images_that_look_alike_leave_a_published_split_as_it_is(data_set, tmp_path):
    one = data_set.add("train", 1, 1, 0, seed=5)
    data_set.add("train", 0, 1, 0)
    other = data_set.add("test", 1, 1, 0, seed=-1)
    content = (data_set.root / "data" / one).read_bytes()
    (data_set.root / "data" / other).write_bytes(content + b"\0")
    workspace = Workspace(str(tmp_path / "workspace"), create=True)
    [imported] = import_tasks(workspace, pa100k.scan(data_set.save(), ["Hat"]))
    assert [e.image[-10:] for e in imported.examples["test"]] == [other]
    assert len(imported.near_duplicates) == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"attributes": np.zeros((3, 1))}, "its attributes are no list of names"),
        ({"test_images_name": np.zeros((1, 1))}, "test_images_name is no list of names"),
        ({"train_label": np.zeros((2, 5))}, r"train_label is float64 \[2, 5\] for 2 images and 3"),
        ({"train_label": np.full((2, 3), np.nan)}, "labels 000001.jpg nan for Hat"),
        ({"val_label": np.full((1, 3), 7)}, "labels 000003.jpg 7 for Hat; expected 0, 1 or 2"),
        ({"attributes": cells("hat", "a-b", "a&b")}, "served under one name"),
        ({"val_images_name": cells("000001.jpg")}, "lists 1 images more than once, 000001.jpg"),
        ({"train_images_name": cells("../a", "/b")}, None),
    ],
)
def test_another_layout_is_refused_in_one_line(data_set, source, changed, message):
    if message is None:  # nothing outside the folder is ever read
        assert len(pa100k.scan(data_set.save(**changed)).photos) == 2
        return
    with pytest.raises(GraftNetError, match=message) as caught:
        pa100k.scan(data_set.save(**changed))
    assert "\n" not in str(caught.value)


def test_a_label_file_of_which_no_image_is_there_is_refused(data_set):
    data_set.add("train", 1, 0, 0, seed=-1)
    with pytest.raises(GraftNetError, match=r"None of the 1 images .* is in .*000001.jpg"):
        pa100k.scan(data_set.save())


def test_what_cannot_be_asked_for_is_refused(source):
    with pytest.raises(GraftNetError, match="Unknown tasks Cap; PA-100K gives Hat, "):
        pa100k.scan(source, ["Cap"])
    with pytest.raises(GraftNetError, match="of PA-100K report is defined"):
        pa100k.scan(source, reporting=Reporting(positive="Hat"))
    with pytest.raises(GraftNetError, match="gone does not exist"):
        pa100k.scan(f"{source}/gone")


@pytest.mark.skipif(not os.path.isdir(SHARED), reason="needs the data set")
def test_the_part_of_pa100k_has_the_positives_that_it_says():
    collection = pa100k.scan(SHARED)
    assert (len(collection.photos), len(collection.tasks)) == (1500, 26)
    positives = {
        task.name: sum(photo.labels[task.name] for photo in collection.photos)
        for task in collection.tasks
    }
    assert positives["Female"] == 650
    assert positives["Skirt_Dress"] == 163
    assert positives["HoldObjectsInFront"] == 16
    assert noted(collection, "98,500 of the 100,000 images")
