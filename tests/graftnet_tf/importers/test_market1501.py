"""Tests of the importer of Market-1501's attributes."""

import numpy as np
import pytest
from scipy.io import savemat

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers import market1501
from graftnet_tf.importers.store import import_tasks
from graftnet_tf.workspace.workspace import Workspace
from tests.graftnet_tf.importers.conftest import write_image

FIELDS = list(market1501.TASKS)


def codes(persons, reverse=False, **changed):
    """A struct of the 27 fields, all 1 but `changed`, and the persons, in an order of its own."""
    index = np.empty((1, len(persons)), object)
    index[0] = persons
    fields = {field: np.ones((1, len(persons))) for field in FIELDS} | {"image_index": index}
    fields |= {field: np.array([values], float) for field, values in changed.items()}
    return dict(reversed(fields.items())) if reverse else fields


@pytest.fixture
def source(tmp_path):
    for folder, names in (
        ("bounding_box_train", ("0002_c1s1_000451_03.jpg", "0007_c1s1_000001_01.jpg")),
        (
            "bounding_box_test",
            ("0003_c1s1_000001_01.jpg", "-1_c1s1_1_01.jpg", "0000_c1s1_2_01.jpg"),
        ),
    ):
        for name in names:
            write_image(tmp_path / folder / name, seed=sum(name.encode()))
    return tmp_path


def save(source, train=None, test=None):
    train = codes(["0002", "0007"], gender=[2, 1], age=[4, 1]) if train is None else train
    test = codes(["0003"], reverse=True, gender=[2], age=[3]) if test is None else test
    savemat(source / "market_attribute.mat", {"market_attribute": {"test": test, "train": train}})
    return str(source)


def labels(collection, person):
    (photo,) = [photo for photo in collection.photos if photo.group == f"market1501/{person}"]
    return photo.labels


def test_there_are_27_fields_and_as_many_tasks():
    assert len(FIELDS) == len({task.name for task in market1501.TASKS.values()}) == 27


def test_the_second_code_is_positive_and_age_is_of_four(source):
    collection = market1501.scan(save(source))
    assert len(collection.tasks) == 27
    assert labels(collection, "0002")["female"] == 1
    assert labels(collection, "0007")["female"] == 0
    assert labels(collection, "0002")["age"] == 3
    assert labels(collection, "0007")["age"] == 0
    (age,) = [task for task in collection.tasks if task.name == "age"]
    assert age.classes == ("young", "teenager", "adult", "old")
    assert any("gender as female" in note for note in collection.notes)


def test_fields_are_found_by_name_in_either_order(source):
    train = codes(["0002", "0007"], hat=[2, 1])
    test = codes(["0003"], reverse=True, hat=[1], upred=[2])
    collection = market1501.scan(save(source, train, test))
    assert list(train) != list(test)
    assert [name for name, label in labels(collection, "0002").items() if label] == ["hat"]
    assert [name for name, label in labels(collection, "0003").items() if label] == ["upred"]


def test_a_person_is_a_group_and_the_split_is_kept(source, tmp_path):
    workspace = Workspace(str(tmp_path / "workspace"), create=True)
    [imported] = import_tasks(workspace, market1501.scan(save(source), ["gender"]))
    assert [e.group for e in imported.examples["train"]] == ["market1501/0002", "market1501/0007"]
    assert [e.group for e in imported.examples["test"]] == ["market1501/0003"]
    assert imported.task.name == "female"


def test_images_of_nobody_who_is_labelled_are_counted(source):
    train = codes(["0002", "0007", "0010"])
    notes = market1501.scan(save(source, train)).notes
    assert any("2 files in bounding_box_test are of nobody who is labelled" in it for it in notes)
    assert any("1 labelled persons have no image" in note for note in notes)


def without(field):
    return {name: values for name, values in codes(["0003"]).items() if name != field}


@pytest.mark.parametrize(
    ("test", "message"),
    [
        (without("hat"), r"another layout \(test has no hat\)"),
        (without("image_index"), "test has no image_index"),
        (codes(["0003"], hat=[0]), r"codes hat of test's person 0003 as 0\.0; expected 1 to 2"),
        (codes(["0003"], age=[5]), r"person 0003 as 5\.0; expected 1 to 4"),
        (codes(["0003"], gender=[np.nan]), "codes gender of test's person 0003 as nan"),
        (codes(["0003"], hat=[1, 2]), "hat of test is not a number for each of 1"),
        (np.ones((2, 2)), "no struct of test and train"),
    ],
)
def test_another_layout_is_refused_in_one_line(source, test, message):
    with pytest.raises(GraftNetError, match=message) as caught:
        market1501.scan(save(source, test=test))
    assert "\n" not in str(caught.value)


def test_a_source_without_its_folders_or_persons_is_refused(source):
    save(source, codes(["0900"]), codes(["0901"]))
    with pytest.raises(GraftNetError, match="no image of a labelled person"):
        market1501.scan(str(source))
    for image in (source / "bounding_box_test").iterdir():
        image.unlink()
    (source / "bounding_box_test").rmdir()
    with pytest.raises(GraftNetError, match="bounding_box_test does not exist"):
        market1501.scan(str(source))
