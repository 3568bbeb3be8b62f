"""Tests of labels that join a task that exists."""

import csv
import os
import pathlib
import shutil
from collections.abc import Sequence

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers import csv_table, folders
from graftnet_tf.importers.classes import Reporting
from graftnet_tf.importers.formats import import_csv, import_folders
from graftnet_tf.importers.store import import_tasks
from graftnet_tf.io import atomic_files
from graftnet_tf.workspace.extra_columns import read_column
from graftnet_tf.workspace.tasks import SPLITS
from graftnet_tf.workspace.workspace import Workspace
from tests.graftnet_tf.importers.conftest import write_image

HEADER = ("image", "class", "group", "split", "camera")


@pytest.fixture
def workspace(tmp_path):
    return Workspace(str(tmp_path / "workspace"), create=True)


Row = tuple[int, str, str, str, str]


def batch(folder: pathlib.Path, rows: Sequence[Row]) -> str:
    """A table FOLDER/hat.csv of (number of the drawn image, class, group, split, camera)."""
    folder.mkdir(exist_ok=True)
    for number, *_ in rows:
        write_image(folder / f"{number}.png", seed=number)
    path = folder / "hat.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *((f"{row[0]}.png", *row[1:]) for row in rows)])
    return str(path)


@pytest.fixture
def first(workspace, tmp_path):
    """A task of four images, ann and bob in train and cleo in test."""
    rows = [
        (0, "negative", "ann", "train", "a"),
        (1, "positive", "ann", "train", "a"),
        (2, "positive", "bob", "train", "b"),
        (3, "negative", "cleo", "test", "b"),
    ]
    return import_csv(workspace, batch(tmp_path / "first", rows))


def lists(workspace):
    return {
        split: pathlib.Path(workspace.path("tasks", "hat", f"{split}.csv")).read_text()
        for split in SPLITS
    }


def groups(workspace, split):
    return sorted(example.group for example in workspace.examples("hat", split))


def test_new_labels_follow_the_earlier_ones_which_stay(workspace, first, tmp_path):
    before = lists(workspace)
    rows = [(10, "positive", "dan", "train", "c"), (11, "negative", "eve", "test", "c")]
    joined = import_csv(workspace, batch(tmp_path / "second", rows), append=True)
    assert (joined.earlier, joined.repeated, joined.contradicted) == (4, 0, 0)
    after = lists(workspace)
    for split in SPLITS:
        assert after[split].startswith(before[split])
        assert len(after[split].splitlines()) == len(before[split].splitlines()) + 1
    assert list(read_column(workspace.root, "hat", "train", "camera").values()) == [*"aabc"]
    assert [example.label for example in workspace.examples("hat", "train")] == [0, 1, 1, 1]


def test_an_image_that_is_labelled_is_no_new_one(workspace, first, tmp_path):
    before = lists(workspace)
    rows = [(1, "positive", "zoe", "test", "z"), (2, "negative", "zoe", "test", "z")]
    joined = import_csv(workspace, batch(tmp_path / "second", rows), append=True)
    assert (joined.earlier, joined.repeated, joined.contradicted) == (4, 1, 1)
    assert lists(workspace) == before
    [(source, reason)] = joined.skipped.items()
    assert source == str(tmp_path / "second" / "2.png")
    assert reason.startswith("It is labelled positive as images/hat/")
    assert reason.endswith("-2.png already, which stays; negative here.")


def test_a_group_stays_on_its_side_whatever_the_source_says(workspace, first, tmp_path):
    rows = [
        (10, "positive", "cleo", "train", ""),
        (11, "positive", "ann", "test", ""),
        *((number, "positive", "bob", "", "") for number in range(12, 30)),
    ]
    import_csv(workspace, batch(tmp_path / "second", rows), append=True, test_fraction=1.0)
    assert groups(workspace, "test") == ["cleo", "cleo"]
    assert groups(workspace, "train") == ["ann"] * 3 + ["bob"] * 19


def test_appending_twice_is_appending_once(workspace, first, tmp_path):
    rows = [(number, "positive", f"g{number}", "", "c") for number in range(10, 30)]
    path = batch(tmp_path / "second", rows)
    import_csv(workspace, path, append=True)
    before = atomic_files.tree_sha256(workspace.path("tasks", "hat"))
    again = import_csv(workspace, path, append=True)
    assert (again.earlier, again.repeated) == (24, 20)
    assert atomic_files.tree_sha256(workspace.path("tasks", "hat")) == before


@pytest.mark.parametrize("killed_at", ["skipped.csv", "train.csv", "test.csv", "task.json"])
def test_a_killed_append_goes_on(workspace, first, tmp_path, monkeypatch, killed_at):
    rows = [(number, "positive", f"g{number}", "", "c") for number in range(10, 30)]
    path = batch(tmp_path / "second", rows)
    write = atomic_files.write_text

    def killed(to, text):
        if to.endswith(killed_at):
            raise KeyboardInterrupt
        write(to, text)

    with monkeypatch.context() as patch:
        patch.setattr(atomic_files, "write_text", killed)
        with pytest.raises(KeyboardInterrupt):
            import_csv(workspace, path, append=True)
    joined = import_csv(workspace, path, append=True)
    assert sum(map(len, joined.examples.values())) == 24
    images = [e.image for split in SPLITS for e in workspace.examples("hat", split)]
    assert len(set(images)) == 24


def test_a_batch_of_one_class_joins(workspace, first, tmp_path):
    rows = [(10, "Negative ", "dan", "train", "")]
    joined = import_csv(workspace, batch(tmp_path / "second", rows), append=True)
    assert [example.label for example in joined.examples["train"]] == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("label", "index"),
    [("yes", 1), ("0", 0), ("no_hat", 0), ("hat", 1), ("without", 0), ("other", 0)],
)
def test_usual_names_of_yes_and_no_join_a_binary_task(workspace, first, tmp_path, label, index):
    path = batch(tmp_path / "second", [(10, label, "dan", "train", "")])
    joined = import_csv(workspace, path, append=True)
    assert joined.examples["train"][-1].label == index


def test_what_a_person_calls_positive_is(workspace, first, tmp_path):
    rows = [(10, "cap", "dan", "train", ""), (11, "bare", "eve", "train", "")]
    path = batch(tmp_path / "second", rows)
    joined = import_csv(workspace, path, append=True, positive="cap")
    assert [example.label for example in joined.examples["train"][-2:]] == [1, 0]
    path = batch(tmp_path / "third", [(12, "bare", "a", "", ""), (13, "hood", "b", "", "")])
    with pytest.raises(GraftNetError, match=r"--positive=cap goes with two classes; .*'hood'"):
        import_csv(workspace, path, append=True, positive="cap")


def test_labels_that_the_task_does_not_know_change_nothing(workspace, first, tmp_path):
    before = lists(workspace)
    path = batch(tmp_path / "second", [(10, "helmet", "dan", "train", "")])
    with pytest.raises(
        GraftNetError, match=r"has labels 'helmet'; task hat has classes negative, positive, which"
    ):
        import_csv(workspace, path, append=True)
    with pytest.raises(GraftNetError, match=r"--attributes=helmet given; task hat exists"):
        import_csv(workspace, path, append=True, attributes=["helmet"])
    assert lists(workspace) == before


def test_a_collection_of_other_classes_is_refused(workspace, first, tmp_path):
    path = batch(tmp_path / "hats", [(10, "cap", "d", "", ""), (11, "helmet", "e", "", "")])
    collection = csv_table.scan(path, ["hat"], Reporting(attributes=("helmet",)))
    with pytest.raises(GraftNetError, match=r"hat has classes negative, positive and reports hat;"):
        import_tasks(workspace, collection, append=True)


def test_a_task_that_is_not_there_is_made(workspace, tmp_path):
    rows = [(1, "negative", "ann", "train", "a"), (2, "positive", "bob", "train", "b")]
    made = import_csv(workspace, batch(tmp_path / "first", rows), append=True)
    assert (made.earlier, len(made.examples["train"])) == (0, 2)


def test_an_image_of_the_same_name_replaces_none(workspace, tmp_path):
    for folder, seeds in (("first", (1, 2)), ("second", (3, 4))):
        for label, seed in zip(("negative", "positive"), seeds, strict=True):
            write_image(tmp_path / folder / "bag" / label / "1.png", seed=seed)
    import_folders(workspace, str(tmp_path / "first" / "bag"), test_fraction=0.0)
    import_folders(workspace, str(tmp_path / "second" / "bag"), test_fraction=0.0, append=True)
    examples = workspace.examples("bag", "train")
    assert len(set(examples.images)) == 4
    for example in examples:
        assert atomic_files.sha256(workspace.image_path(example.image)) == example.content


def test_new_images_that_look_like_earlier_ones_across_the_split_are_told(
    workspace, first, tmp_path
):
    path = batch(tmp_path / "second", [(10, "positive", "dan", "test", "")])
    image = tmp_path / "second" / "10.png"
    shutil.copy(tmp_path / "first" / "2.png", image)
    with open(image, "ab") as file:
        file.write(b" ")  # another file that looks the same
    joined = import_csv(workspace, path, append=True)
    [alike] = joined.near_duplicates
    assert sorted(alike.values()) == ["test", "train"]
    assert workspace.near_duplicates("hat") == {str(image)}
    rows = [(11, "positive", "eve", "test", "")]
    import_csv(workspace, batch(tmp_path / "third", rows), append=True)
    assert workspace.near_duplicates("hat") == {str(image)}, "what was told stays told"


def test_lists_without_hashes_are_joined_by_content_all_the_same(workspace, first, tmp_path):
    for split in SPLITS:
        path = pathlib.Path(workspace.path("tasks", "hat", f"{split}.csv"))
        rows = list(csv.reader(path.read_text().splitlines()))
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(row[:3] for row in rows)
    again: list[Row] = [(1, "positive", "zoe", "", "z"), (3, "positive", "zoe", "", "z")]
    joined = import_csv(workspace, batch(tmp_path / "second", again), append=True)
    assert (joined.repeated, joined.contradicted) == (1, 1)


def test_labelled_images_that_are_gone_end_nothing(workspace, first, tmp_path):
    os.remove(workspace.image_path(first.examples["train"][0].image))
    rows = [(10, "positive", "dan", "train", "")]
    joined = import_csv(workspace, batch(tmp_path / "second", rows), append=True)
    assert len(joined.examples["train"]) == 4


def test_what_lies_beside_the_lists_stays(workspace, first, tmp_path):
    mined = pathlib.Path(workspace.path("tasks", "hat", "mining", "0001", "train.csv"))
    mined.parent.mkdir(parents=True)
    mined.write_text("kept")
    import_csv(workspace, batch(tmp_path / "second", [(10, "yes", "d", "", "")]), append=True)
    assert mined.read_text() == "kept"


def test_existing_tasks_are_told_how_to_be_added_to(workspace, first, tmp_path):
    with pytest.raises(GraftNetError, match=r"Add to them with --append, replace them with"):
        import_tasks(workspace, csv_table.scan(str(tmp_path / "first" / "hat.csv")))


def test_folders_join_too(workspace, first, tmp_path):
    write_image(tmp_path / "hat" / "yes" / "9.png", seed=9)
    collection = folders.scan(
        str(tmp_path / "hat"), reporting=Reporting(existing=workspace.tasks())
    )
    [joined] = import_tasks(workspace, collection, append=True, test_fraction=0.0)
    assert len(joined.examples["train"]) == 4
