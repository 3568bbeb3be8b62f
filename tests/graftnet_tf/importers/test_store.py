"""Tests of writing a collection into a workspace."""

import csv
import hashlib
import os
import pathlib
import shutil

import pytest
from PIL import Image

from graftnet_tf.data.image_loading import decode, read_data
from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers import csv_table, folders
from graftnet_tf.importers.collection import Collection, Photo
from graftnet_tf.importers.store import import_tasks
from graftnet_tf.importers.stored_images import FORGOTTEN
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.extra_columns import columns_of, read_column
from graftnet_tf.workspace.forgotten_images import write_forgotten
from graftnet_tf.workspace.tasks import SPLITS, Task
from graftnet_tf.workspace.workspace import Workspace
from tests.graftnet_tf.importers.conftest import write_image


@pytest.fixture
def workspace(tmp_path):
    return Workspace(str(tmp_path / "workspace"), create=True)


@pytest.fixture
def source(tmp_path):
    for number in range(6):
        label = ("negative", "positive")[number % 2]
        write_image(tmp_path / "bald" / label / f"{number}.jpg", seed=number)
    return tmp_path / "bald"


def images(workspace, task="bald"):
    return [e.image for split in SPLITS for e in workspace.examples(task, split)]


def check_contents(workspace, task="bald"):
    """Every row has the hash of the bytes that training will read."""
    examples = [e for split in SPLITS for e in workspace.examples(task, split)]
    assert examples
    for example in examples:
        data = pathlib.Path(workspace.image_path(example.image)).read_bytes()
        assert example.content == hashlib.sha256(data).hexdigest()


def skipped(workspace, task="bald"):
    with open(workspace.path("tasks", task, "skipped.csv"), encoding="utf-8") as file:
        return {os.path.basename(row["image"]): row["reason"] for row in csv.DictReader(file)}


def test_the_workspace_can_move_and_the_source_go(workspace, source, tmp_path):
    import_tasks(workspace, folders.scan(str(source)))
    source.rename(tmp_path / "gone")
    os.rename(workspace.root, tmp_path / "moved")
    moved = Workspace(str(tmp_path / "moved"))
    paths = [moved.image_path(image) for image in images(moved)]
    assert [decode(read_data(path)).shape for path in paths] == [(40, 30, 3)] * 6
    assert skipped(moved) == {}


def test_bad_images_are_listed_and_the_others_kept(workspace, source):
    (source / "negative" / "0.jpg").write_bytes(b"")
    whole = (source / "positive" / "1.jpg").read_bytes()
    (source / "positive" / "1.jpg").write_bytes(whole[: len(whole) // 2])
    write_image(source / "positive" / "dot.png", 1, 1)
    (imported,) = import_tasks(workspace, folders.scan(str(source)))
    assert len(images(workspace)) == 4
    assert set(skipped(workspace)) == {"0.jpg", "1.jpg", "dot.png"}
    assert skipped(workspace)["0.jpg"] == "The file is empty."
    assert len(imported.skipped) == 3


@pytest.mark.parametrize("copy", [True, False])
def test_a_forgotten_image_does_not_come_back(workspace, source, copy):
    forgotten = source / "positive" / "3.jpg"
    shutil.copy(forgotten, source / "positive" / "again.jpg")
    write_forgotten(workspace.root, hashlib.sha256(forgotten.read_bytes()).hexdigest(), {})
    import_tasks(workspace, folders.scan(str(source)), copy=copy)
    assert skipped(workspace) == {"3.jpg": FORGOTTEN, "again.jpg": FORGOTTEN}
    assert len(images(workspace)) == 5
    assert len(list(pathlib.Path(workspace.root).rglob("*.jpg"))) == (5 if copy else 0)


def test_a_forgotten_person_does_not_come_back_and_others_do(workspace, source):
    photos = [
        Photo(str(source / "positive" / name), name, None, {"bald": 1}, cut=lambda it: it[:, :20])
        for name in ("1.jpg", "3.jpg")
    ]
    collection = Collection("bald", [Task.binary("bald")], photos)
    import_tasks(workspace, collection, test_fraction=0.0)
    (first, _) = workspace.examples("bald", "train")
    write_forgotten(workspace.root, first.content, {})
    import_tasks(workspace, collection, test_fraction=0.0, overwrite=True)
    assert images(workspace) == ["images/bald/3.jpg"]


def test_a_source_of_forgotten_images_alone_is_refused(workspace, source):
    for path in source.rglob("*.jpg"):
        write_forgotten(workspace.root, hashlib.sha256(path.read_bytes()).hexdigest(), {})
    with pytest.raises(GraftNetError, match=r"None of the 6 images is readable.*forgotten"):
        import_tasks(workspace, folders.scan(str(source)))


@pytest.mark.parametrize(
    ("fraction", "full", "empty"), [(1.0, "test", "train"), (0.0, "train", "test")]
)
def test_all_of_it_can_be_one_split(workspace, source, fraction, full, empty):
    import_tasks(workspace, folders.scan(str(source)), test_fraction=fraction)
    assert len(workspace.examples("bald", full)) == 6
    assert workspace.examples("bald", empty) == []


def test_without_copies_images_stay_where_they_are(workspace, source):
    import_tasks(workspace, folders.scan(str(source)), copy=False)
    assert all(image.startswith(f"{source}/") for image in images(workspace))
    assert not os.path.exists(workspace.path("images"))


@pytest.mark.parametrize("copy", [True, False])
def test_rows_have_the_hash_of_their_image(workspace, source, copy):
    import_tasks(workspace, folders.scan(str(source)), copy=copy)
    check_contents(workspace)


@pytest.mark.parametrize("copy", [True, False])
def test_rows_have_the_hash_of_what_was_cut_out_rather_than_of_its_source(
    workspace, tmp_path, copy
):
    write_image(tmp_path / "a.jpg")
    path = str(tmp_path / "a.jpg")
    photo = Photo(path, "a.jpg", "g", {"bald": 1}, cut=lambda pixels: pixels[:20])
    import_tasks(workspace, Collection("set", [Task.binary("bald")], [photo]), copy=copy)
    check_contents(workspace)
    (image,) = images(workspace)
    assert atomic_files.sha256(workspace.image_path(image)) != atomic_files.sha256(path)


def test_an_existing_task_is_replaced_only_when_told(workspace, source):
    import_tasks(workspace, folders.scan(str(source)), test_fraction=0.0)
    before = atomic_files.tree_sha256(workspace.path("tasks"))
    (source / "negative" / "0.jpg").unlink()
    with pytest.raises(GraftNetError, match="bald exist already"):
        import_tasks(workspace, folders.scan(str(source)))
    assert atomic_files.tree_sha256(workspace.path("tasks")) == before
    import_tasks(workspace, folders.scan(str(source)), overwrite=True)
    assert len(images(workspace)) == 5
    assert os.listdir(workspace.path("tasks")) == ["bald"]


def test_a_failure_while_replacing_leaves_the_old_task(workspace, source, monkeypatch):
    import_tasks(workspace, folders.scan(str(source)))
    before = atomic_files.tree_sha256(workspace.path("tasks"))
    write = atomic_files.write_text

    def fail_on_test_csv(path, text):
        if path.endswith("test.csv"):
            raise OSError("disk full")
        write(path, text)

    monkeypatch.setattr(atomic_files, "write_text", fail_on_test_csv)
    with pytest.raises(OSError, match="disk full"):
        import_tasks(workspace, folders.scan(str(source)), seed=1, overwrite=True)
    assert atomic_files.tree_sha256(workspace.path("tasks")) == before
    assert workspace.task_names() == ["bald"]


def test_what_a_killed_import_leaves_behind_is_no_task(workspace, source):
    import_tasks(workspace, folders.scan(str(source)))
    tasks = workspace.path("tasks")
    shutil.copytree(f"{tasks}/bald", f"{tasks}/{atomic_files.INCOMING}0123-bald")
    assert workspace.task_names() == ["bald"]


def test_a_source_without_one_readable_image_is_refused(workspace, source):
    for path in source.glob("*/*.jpg"):
        path.write_bytes(b"no image")
    with pytest.raises(GraftNetError, match="None of the 6 images is readable"):
        import_tasks(workspace, folders.scan(str(source)))
    assert workspace.task_names() == []


def test_a_photo_is_an_example_of_the_tasks_it_is_labelled_for(workspace, tmp_path):
    write_image(tmp_path / "both.jpg")
    (tmp_path / "one.jpg").write_bytes(b"no image")
    photos = [
        Photo(str(tmp_path / "both.jpg"), "both.jpg", "g", {"hat": 1, "bag": 0}),
        Photo(str(tmp_path / "one.jpg"), "one.jpg", "h", {"hat": 1}),
    ]
    collection = Collection("set", [Task.binary("hat"), Task.binary("bag")], photos)
    hat, bag = import_tasks(workspace, collection, test_fraction=0.0)
    assert [example.label for example in hat.examples["train"]] == [1]
    assert [example.label for example in bag.examples["train"]] == [0]
    assert len(hat.skipped) == 1
    assert bag.skipped == {}


def test_an_image_with_two_labels_is_left_out_everywhere(workspace, source):
    shutil.copy(source / "positive" / "1.jpg", source / "negative" / "copy.jpg")
    import_tasks(workspace, folders.scan(str(source)))
    assert len(images(workspace)) == 5
    assert set(skipped(workspace)) == {"1.jpg", "copy.jpg"}
    assert skipped(workspace)["copy.jpg"].endswith(f"as {source}/positive/1.jpg.")


def test_copies_of_an_image_are_drawn_to_one_side(workspace, source):
    for number in range(12):
        shutil.copy(source / "positive" / "1.jpg", source / "positive" / f"copy{number}.jpg")
    (imported,) = import_tasks(workspace, folders.scan(str(source)), test_fraction=0.5)
    sides = {
        split
        for split in SPLITS
        for example in imported.examples[split]
        if "copy" in example.image or "1.jpg" in example.image
    }
    assert len(sides) == 1
    assert imported.near_duplicates == []


def test_copies_that_come_later_move_no_image(workspace, source):
    first = {e.group for e in _imported(workspace, source)["test"]}
    for number in range(6):
        label = ("negative", "positive")[number % 2]
        shutil.copy(source / label / f"{number}.jpg", source / label / f"a-copy{number}.jpg")
    again = _imported(workspace, source, overwrite=True)
    assert {example.group for example in again["test"]} == first
    assert len(again["test"]) == 2 * len(first)


def _imported(workspace, source, **options):
    collection = folders.scan(str(source))
    return import_tasks(workspace, collection, test_fraction=0.5, **options)[0].examples


def test_a_task_of_which_nothing_is_left_is_refused(workspace, source):
    for number in range(6):
        labels = ("negative", "positive")[number % 2], ("positive", "negative")[number % 2]
        here, there = (source / label / f"{number}.jpg" for label in labels)
        shutil.copy(here, there)
    with pytest.raises(GraftNetError, match="bald has no image left: 12 are left out"):
        import_tasks(workspace, folders.scan(str(source)))
    assert workspace.task_names() == []


def test_names_with_control_characters_are_listed(workspace, source):
    write_image(source / "positive" / "a\rb.jpg", seed=70)
    (imported,) = import_tasks(workspace, folders.scan(str(source)))
    assert list(imported.skipped.values()) == [
        "Its name or group has a control character; rename it."
    ]
    assert len(images(workspace)) == 6


def test_what_the_source_tests_by_is_no_example_in_train(workspace, tmp_path):
    for split in ("train", "test"):
        for number, label in enumerate(("negative", "positive")):
            write_image(tmp_path / "bag" / split / label / "same.jpg", seed=number)
            write_image(
                tmp_path / "bag" / split / label / f"{split}.jpg", seed=10 * len(split) + number
            )
    (imported,) = import_tasks(workspace, folders.scan(str(tmp_path / "bag")))
    assert len(imported.examples["train"]) == 2
    assert len(imported.examples["test"]) == 4
    assert set(imported.skipped.values()) == {
        f"The same image is in test as {tmp_path}/bag/test/{label}/same.jpg."
        for label in ("negative", "positive")
    }


def test_images_that_look_alike_on_both_sides_are_told(workspace, tmp_path):
    for split, quality in (("train", 95), ("test", 60)):
        for label, colour in (("negative", "red"), ("positive", "blue")):
            image = Image.new("RGB", (60, 90), "white")
            image.paste(colour, (10, 10, 30, 70) if label == "positive" else (30, 50, 60, 90))
            path = tmp_path / "bag" / split / label / "a.jpg"
            path.parent.mkdir(parents=True)
            image.save(path, quality=quality)
    (imported,) = import_tasks(workspace, folders.scan(str(tmp_path / "bag")))
    assert imported.skipped == {}
    assert [sorted(group) for group in imported.near_duplicates] == [
        [f"{tmp_path}/bag/{split}/{label}/a.jpg" for split in ("test", "train")]
        for label in ("negative", "positive")
    ]
    assert len(workspace.near_duplicates("bag")) == 2, "test images that look like training ones"


def test_an_attribute_that_another_task_reports_is_refused_before_anything_is_read(
    workspace, source, tmp_path
):
    import_tasks(workspace, folders.scan(str(source)))
    photo = Photo(str(tmp_path / "gone.jpg"), "gone.jpg", "g", {"head": 1})
    head = Task("head", ("other", "bald"), {"bald": "bald"})
    with pytest.raises(GraftNetError, match=r"Task bald of .* reports bald already, which head"):
        import_tasks(workspace, Collection("head", [head], [photo]))


CASES = pathlib.Path(__file__).parents[4] / "shared" / "field_cases"


@pytest.mark.skipif(not CASES.is_dir(), reason="the field cases are not at hand")
@pytest.mark.parametrize(
    ("case", "importer", "outcome"),
    [
        ("01_train_valid_test_folders/backpack", folders, "backpack"),
        ("09_conflicting_labels/backpack", folders, "backpack"),
        ("13_class_names/zero_one", folders, "zero_one"),
        ("13_class_names/pn", folders, "pn"),
        ("13_class_names/not_", folders, "not_"),
        ("13_class_names/cap", folders, "cap"),
        ("13_class_names/yesno", folders, "yesno"),
        ("13_class_names/glasses", folders, "glasses"),
        ("14_csv/trailing_space.csv", csv_table, "trailing_space"),
        ("14_csv/case_mix.csv", csv_table, "case_mix"),
        ("16_attribute_names/hat", folders, "hat"),
        ("16_attribute_names/t-shirt", folders, GraftNetError("t_shirt")),
        ("16_attribute_names/3d_glasses", folders, GraftNetError("has_3d_glasses")),
        ("16_attribute_names/features", folders, GraftNetError("has_features")),
        ("16_attribute_names/sleeves", folders, GraftNetError("--positive=CLASS")),
    ],
)
def test_inputs_from_the_field(workspace, case, importer, outcome):
    if isinstance(outcome, GraftNetError):
        with pytest.raises(GraftNetError, match=str(outcome)):
            importer.scan(str(CASES / case))
    else:
        (imported,) = import_tasks(workspace, importer.scan(str(CASES / case)))
        assert imported.task == Task.binary(outcome)
        assert images(workspace, outcome)


@pytest.mark.parametrize("copy", [True, False])
def test_further_columns_go_from_the_table_to_the_lists(workspace, source, tmp_path, copy):
    rows = [
        (f"bald/{label}/{number}.jpg", label, "train" if number < 4 else "test", camera)
        for number, camera in enumerate(["a", 'b, "2"', "", "c\u2028", "a", "b"])
        for label in [("negative", "positive")[number % 2]]
    ]
    with open(tmp_path / "hat.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("image", "class", "split", "camera"), *rows])
    import_tasks(workspace, csv_table.scan(str(tmp_path / "hat.csv")), copy=copy)
    for split, expected in (("train", ["a", 'b, "2"', "", "c"]), ("test", ["a", "b"])):
        assert columns_of(workspace.root, "hat", split) == [
            *("image", "class", "group", "sha256", "camera")
        ]
        cells = read_column(workspace.root, "hat", split, "camera")
        examples = workspace.examples("hat", split)
        assert [cells[image] for image in examples.images] == expected
        assert all(image.startswith("images/") == copy for image in examples.images)
    check_contents(workspace, "hat")
