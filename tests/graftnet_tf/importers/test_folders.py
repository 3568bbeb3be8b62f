"""Tests of the importer of class folders."""

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers import folders
from tests.graftnet_tf.importers.conftest import write_picture


def found(collection):
    (task,) = collection.tasks
    return {p.name: (task.classes[p.labels[task.name]], p.split) for p in collection.photos}


def test_one_folder_is_one_class(tmp_path):
    for name in ("positive/a.jpg", "positive/deep/b.png", "negative/a.jpg", ".hidden/x.jpg"):
        write_picture(tmp_path / "bald" / name)
    write_picture(tmp_path / "bald" / "negative" / ".thumbnail.jpg")
    collection = folders.scan(f"{tmp_path}/bald/")
    assert collection.tasks[0].name == collection.name == "bald"
    assert found(collection) == {
        "positive/a.jpg": ("positive", None),
        "positive/deep/b.png": ("positive", None),
        "negative/a.jpg": ("negative", None),
    }
    assert len({photo.group for photo in collection.photos}) == 3


def test_train_and_test_folders_are_kept(tmp_path):
    for name in ("train/male/a.jpg", "train/other/b.jpg", "test/male/a.jpg", "test/female/c.jpg"):
        write_picture(tmp_path / name)
    collection = folders.scan(str(tmp_path), ["gender"])
    assert collection.tasks[0].classes == ("other", "female", "male")
    assert found(collection) == {
        "train/male/a.jpg": ("male", "train"),
        "train/other/b.jpg": ("other", "train"),
        "test/male/a.jpg": ("male", "test"),
        "test/female/c.jpg": ("female", "test"),
    }


def test_a_class_folder_without_pictures_is_refused(tmp_path):
    write_picture(tmp_path / "bald" / "positive" / "a.jpg")
    (tmp_path / "bald" / "negative").mkdir()
    with pytest.raises(GraftNetError, match="negative is empty"):
        folders.scan(str(tmp_path / "bald"))


def test_a_single_class_is_refused(tmp_path):
    write_picture(tmp_path / "bald" / "positive" / "a.jpg")
    with pytest.raises(GraftNetError, match="only class positive"):
        folders.scan(str(tmp_path / "bald"))


def test_a_source_without_folders_is_refused(tmp_path):
    write_picture(tmp_path / "bald" / "a.jpg")
    with pytest.raises(GraftNetError, match="holds no class folder"):
        folders.scan(str(tmp_path / "bald"))
    with pytest.raises(GraftNetError, match="does not exist"):
        folders.scan(str(tmp_path / "hat"))
    with pytest.raises(GraftNetError, match="is not a folder"):
        folders.scan(str(tmp_path / "bald" / "a.jpg"))
