"""A batch labelled by moving its images into folders."""

import os
import pathlib
import shutil

import pytest

from graftnet_tf.active_learning.batch_folders import write_folders
from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers.formats import IMPORTERS
from graftnet_tf.importers.store import import_tasks
from graftnet_tf.workspace.extra_columns import read_column
from graftnet_tf.workspace.tasks import Task
from graftnet_tf.workspace.workspace import Workspace
from tests.drawn_batch import draw_batch, move_archive

scan = IMPORTERS["batch_folders"]


@pytest.fixture
def batch(tmp_path):
    """(directory, batch) of six images, exported."""
    directory, batch = draw_batch(tmp_path)
    assert write_folders(directory, batch) == 6
    return directory, batch


def move(directory, *folders):
    """Moves the first images, in order, each into a folder."""
    root = pathlib.Path(directory) / "folders"
    names = sorted(os.listdir(root / "unlabelled"))
    for name, folder in zip(names, folders, strict=False):
        shutil.move(root / "unlabelled" / name, root / folder / name)


def test_folders_are_those_of_the_classes_and_what_is_kept_aside(batch):
    root = os.path.join(batch[0], "folders")
    assert sorted(os.listdir(root)) == ["bad_crop", "negative", "positive", "unlabelled", "unsure"]
    assert sorted(os.listdir(os.path.join(root, "unlabelled"))) == [
        f"{number + 1:05d}-{number}.png" for number in range(6)
    ]


def test_labels_come_with_groups_and_probabilities_also_of_renamed_files(batch, tmp_path):
    directory, content = batch
    move(directory, "positive", "negative", "unsure", "bad_crop")
    os.rename(f"{directory}/folders/positive/00001-0.png", f"{directory}/folders/positive/a.png")
    move_archive(tmp_path)
    workspace = Workspace(str(tmp_path / "workspace"), create=True)
    collection = scan(directory)
    import_tasks(workspace, collection, test_fraction=0)
    assert collection.notes == [
        "6 images of task umbrella: 2 labelled, 1 unsure, 1 bad crop, 2 not labelled yet."
    ]
    examples = workspace.examples("umbrella", "train")
    assert [(example.label, example.group) for example in examples] == [(1, "s0"), (0, "s0")]
    assert [example.content for example in examples] == [c.sha256 for c in content.images[:2]]
    found = read_column(workspace.root, "umbrella", "train", "probability")
    assert list(found.values()) == [repr(1 / 7), repr(2 / 7)]
    assert list(collection.skipped.values()) == ["Kept aside: unsure.", "Kept aside: bad crop."]


def test_an_image_in_two_folders_and_a_foreign_one_are_left_out(batch, tmp_path):
    directory, content = batch
    move(directory, "positive", "negative")
    root = tmp_path / "batch" / "folders"
    shutil.copy(root / "positive" / "00001-0.png", root / "negative" / "copy.png")
    (root / "positive" / "new.png").write_bytes(b"new")
    (root / "positive" / ".DS_Store").write_bytes(b"")
    collection = scan(directory)
    assert [photo.source for photo in collection.photos] == [content.images[1].image]
    assert collection.skipped == {
        str(root / "positive" / "new.png"): "It is no image of the batch, by its content.",
        content.images[0].image: "Labelled differently: negative, positive.",
    }


def test_exporting_again_goes_on_and_leaves_what_was_moved(batch):
    directory, content = batch
    move(directory, "positive", "unsure")
    os.remove(f"{directory}/folders/unlabelled/00004-3.png")
    assert write_folders(directory, content) == 1
    assert os.listdir(f"{directory}/folders/positive") == ["00001-0.png"]
    assert len(os.listdir(f"{directory}/folders/unlabelled")) == 4


@pytest.mark.parametrize("folder", ["maybe", "."])
def test_a_folder_that_is_no_answer_is_refused(batch, folder):
    os.makedirs(f"{batch[0]}/folders/{folder}", exist_ok=True)
    move(batch[0], folder)
    with pytest.raises(GraftNetError, match="is in none of the folders negative, positive, unsure"):
        scan(batch[0])


def test_what_was_not_exported_or_not_labelled_is_refused(batch, tmp_path):
    with pytest.raises(GraftNetError, match="has no label to import: of 6 images, 6 not labelled"):
        scan(batch[0])
    with pytest.raises(GraftNetError, match="labels task umbrella; --task=hat given"):
        scan(batch[0], ["hat"])
    shutil.rmtree(f"{batch[0]}/folders")
    with pytest.raises(GraftNetError, match="write it with graftnet-collect --export=folders"):
        scan(batch[0])
    with pytest.raises(GraftNetError, match=r"has no batch.csv"):
        scan(str(tmp_path))


@pytest.mark.parametrize("name", ["a/b", ".b", "unlabelled", "bad_crop"])
def test_a_class_that_cannot_name_a_folder_is_refused(tmp_path, name):
    directory, batch = draw_batch(tmp_path, task=Task("a", ("c", name), {"c": "c"}))
    with pytest.raises(GraftNetError, match="cannot name a folder beside unlabelled"):
        write_folders(directory, batch)
