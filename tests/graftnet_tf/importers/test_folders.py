"""Tests of the importer of class folders."""

import os

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers import folders
from graftnet_tf.workspace.tasks import Task
from tests.graftnet_tf.importers.conftest import write_image


def found(collection):
    (task,) = collection.tasks
    return {p.name: (task.classes[p.labels[task.name]], p.split) for p in collection.photos}


def test_one_folder_is_one_class(tmp_path):
    for name in ("positive/a.jpg", "positive/deep/b.png", "negative/a.jpg", ".hidden/x.jpg"):
        write_image(tmp_path / "bald" / name)
    write_image(tmp_path / "bald" / "negative" / ".thumbnail.jpg")
    collection = folders.scan(f"{tmp_path}/bald/")
    assert collection.tasks[0].name == collection.name == "bald"
    assert found(collection) == {
        "positive/a.jpg": ("positive", None),
        "positive/deep/b.png": ("positive", None),
        "negative/a.jpg": ("negative", None),
    }
    assert {photo.group for photo in collection.photos} == {None}


def test_train_and_test_folders_are_kept(tmp_path):
    for name in ("train/male/a.jpg", "train/other/b.jpg", "test/male/a.jpg", "test/female/c.jpg"):
        write_image(tmp_path / name)
    collection = folders.scan(str(tmp_path), ["gender"])
    assert collection.tasks[0].classes == ("other", "female", "male")
    assert found(collection) == {
        "train/male/a.jpg": ("male", "train"),
        "train/other/b.jpg": ("other", "train"),
        "test/male/a.jpg": ("male", "test"),
        "test/female/c.jpg": ("female", "test"),
    }


def test_a_class_folder_without_images_is_refused(tmp_path):
    write_image(tmp_path / "bald" / "positive" / "a.jpg")
    (tmp_path / "bald" / "negative").mkdir()
    with pytest.raises(GraftNetError, match="negative is empty"):
        folders.scan(str(tmp_path / "bald"))


def test_a_single_class_is_refused(tmp_path):
    write_image(tmp_path / "bald" / "positive" / "a.jpg")
    with pytest.raises(GraftNetError, match="only class positive"):
        folders.scan(str(tmp_path / "bald"))


def test_a_source_without_folders_is_refused(tmp_path):
    write_image(tmp_path / "bald" / "a.jpg")
    with pytest.raises(GraftNetError, match="holds no class folder"):
        folders.scan(str(tmp_path / "bald"))
    with pytest.raises(GraftNetError, match="does not exist"):
        folders.scan(str(tmp_path / "hat"))
    with pytest.raises(GraftNetError, match="is not a folder"):
        folders.scan(str(tmp_path / "bald" / "a.jpg"))


@pytest.mark.parametrize("layout", ["{split}/{label}/{n}.jpg", "{label}/{split}/{n}.jpg"])
@pytest.mark.parametrize(
    ("splits", "expected"),
    [
        (["Train", "valid", "test"], ["train", "train", "test"]),
        (["train", "val"], ["train", "test"]),
        (["training", "testing"], ["train", "test"]),
        (["train2017", "val2017", "test_set"], ["train", "train", "test"]),
    ],
)
def test_splits_by_their_usual_names_are_splits(tmp_path, layout, splits, expected):
    for number, split in enumerate(splits):
        for label in ("negative", "positive"):
            write_image(tmp_path / "bag" / layout.format(split=split, label=label, n=number))
    collection = folders.scan(str(tmp_path / "bag"))
    assert collection.tasks == [Task.binary("bag")]
    sides = {p.name.rsplit("/", 1)[1]: p.split for p in collection.photos}
    assert sides == {f"{n}.jpg": split for n, split in enumerate(expected)}


def test_splits_beside_classes_are_refused(tmp_path):
    for folder in ("train/positive", "train/negative", "positive"):
        write_image(tmp_path / folder / "a.jpg")
    with pytest.raises(GraftNetError, match=r"\(train\) beside others \(positive\)"):
        folders.scan(str(tmp_path), ["bag"])


def test_links_back_into_the_source_and_what_machines_leave_are_passed_over(tmp_path):
    source = tmp_path / "bag"
    for name in ("negative/a.jpg", "positive/b.jpg", "positive/@eaDir/c.jpg", "__MACOSX/d.jpg"):
        write_image(source / name)
    write_image(tmp_path / "more" / "e.jpg")
    (source / "positive" / "more").symlink_to(tmp_path / "more")
    (source / "positive" / "all").symlink_to(source)
    (source / "positive" / "others").symlink_to(source / "negative")
    (source / "again").symlink_to(source / "positive")
    (tmp_path / "more" / "up").symlink_to(tmp_path)
    collection = folders.scan(str(source))
    assert set(found(collection)) == {"negative/a.jpg", "positive/b.jpg", "positive/more/e.jpg"}
    assert {path.rsplit("/", 1)[1] for path in collection.skipped} == {
        "again",
        "all",
        "others",
        "up",
    }


def test_folders_outside_are_read_once_however_they_are_linked(tmp_path):
    source = tmp_path / "bag"
    for name in ("bag/negative/a.jpg", "bag/positive/b.jpg", "one/c.jpg", "two/d.jpg"):
        write_image(tmp_path / name)
    (source / "positive" / "first").symlink_to(tmp_path / "one")
    (source / "positive" / "second").symlink_to(tmp_path / "one")
    (tmp_path / "one" / "two").symlink_to(tmp_path / "two")
    (tmp_path / "two" / "one").symlink_to(tmp_path / "one")
    collection = folders.scan(str(source))
    names = sorted(photo.name.rsplit("/", 1)[1] for photo in collection.photos)
    assert names == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
    assert len(collection.skipped) == 2


def test_what_lies_beside_class_folders_and_what_is_no_file_is_listed(tmp_path):
    for name in ("train/negative/a.jpg", "train/positive/b.jpg", "train/loose.jpg", "top.jpg"):
        write_image(tmp_path / name)
    os.mkfifo(tmp_path / "train" / "positive" / "pipe.jpg")
    (tmp_path / "train" / "positive" / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    collection = folders.scan(str(tmp_path), ["bag"])
    assert set(found(collection)) == {"train/negative/a.jpg", "train/positive/b.jpg"}
    left_out = {os.path.basename(path) for path in collection.skipped}
    assert left_out == {"loose.jpg", "top.jpg", "pipe.jpg", "gone.jpg"}


@pytest.mark.parametrize("loose", ["positive/b.jpg", "negative/a.jpg"])
def test_a_split_that_not_all_files_are_in_is_refused(tmp_path, loose):
    for name in ("positive/train/a.jpg", "positive/test/b.jpg", "negative/train/c.jpg", loose):
        write_image(tmp_path / name)
    with pytest.raises(GraftNetError, match=rf"others in none \({loose}\)"):
        folders.scan(str(tmp_path), ["bag"])


def test_a_part_of_the_split_may_lack_a_class(tmp_path):
    for name in ("train/positive/a.jpg", "train/negative/b.jpg", "test/positive/c.jpg"):
        write_image(tmp_path / name)
    (tmp_path / "test" / "negative").mkdir()
    assert len(folders.scan(str(tmp_path), ["bag"]).photos) == 3


def test_a_class_folder_whose_name_is_not_utf_8_is_refused(tmp_path):
    write_image(tmp_path / "positive" / "a.jpg")
    os.mkdir(os.fsencode(tmp_path) + b"/caf\xe9")
    with pytest.raises(GraftNetError, match=r"caf\\xe9 is not UTF-8"):
        folders.scan(str(tmp_path), ["bag"])


def test_a_name_that_is_not_utf_8_is_listed(tmp_path):
    for name in ("negative/a.jpg", "positive/b.jpg"):
        write_image(tmp_path / "bag" / name)
    with open(os.fsencode(tmp_path / "bag" / "positive") + b"/caf\xe9.jpg", "wb"):
        pass
    collection = folders.scan(str(tmp_path / "bag"))
    assert len(collection.photos) == 2
    assert [path.rsplit("/", 1)[1] for path in collection.skipped] == ["caf\\xe9.jpg"]
