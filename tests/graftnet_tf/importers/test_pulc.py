"""Tests of the importer of PULC's text lists."""

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers import pulc
from tests.graftnet_tf.importers.conftest import write_image


def line(name, *shown):
    return f"{name}\t{','.join(str(int(it in shown)) for it in pulc.ATTRIBUTES)}\n"


@pytest.fixture
def source(tmp_path):
    for number, folder in enumerate(("train", "val", "test")):
        write_image(tmp_path / folder / "1.jpg", seed=number)
    (tmp_path / "train_list.txt").write_text(line("train/1.jpg", "Hat", "Back"))
    (tmp_path / "val_list.txt").write_text(line("./val/1.jpg", "Skirt&Dress"))
    (tmp_path / "test_list.txt").write_text(line("test/1.jpg") + "\n")
    (tmp_path / "readme.txt").write_text("no list")
    return tmp_path


def shown(photo):
    return [name for name, label in photo.labels.items() if label]


def test_values_are_read_in_the_lists_own_order(source):
    collection = pulc.scan(str(source))
    photos = {photo.name: photo for photo in collection.photos}
    assert len(collection.tasks) == len(set(pulc.ATTRIBUTES)) == 26
    assert shown(photos["train/1.jpg"]) == ["Hat", "Back"]
    assert shown(photos["val/1.jpg"]) == ["Skirt_Dress"]
    assert shown(photos["test/1.jpg"]) == []


def test_the_first_and_last_value_are_hat_and_back_not_female_and_boots(source):
    values = ["1", *["0"] * 24, "1"]
    (source / "train_list.txt").write_text(f"train/1.jpg\t{','.join(values)}\n")
    collection = pulc.scan(str(source))
    (photo,) = [photo for photo in collection.photos if photo.name == "train/1.jpg"]
    assert shown(photo) == ["Hat", "Back"]


def test_the_lists_are_the_split(source):
    assert {p.name: p.split for p in pulc.scan(str(source)).photos} == {
        "train/1.jpg": "train",
        "val/1.jpg": "train",
        "test/1.jpg": "test",
    }
    (source / "test_list.txt").unlink()
    assert {p.name: p.split for p in pulc.scan(str(source)).photos} == {
        "train/1.jpg": "train",
        "val/1.jpg": "test",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("train/1.jpg\t0,1\n", "line 1 has 2 values; expected IMAGE<TAB>0,0,1,… with 26"),
        ("train/1.jpg\n", "line 1 has 0 values"),
        (line("a.jpg") + line("b.jpg").replace("0", "0.5", 1), "line 2 has the value '0.5'"),
        (line("b.jpg").replace("0", "nan", 1), "line 1 has the value 'nan'"),
        (line("train/1.jpg") * 2, "more than once, train/1.jpg"),
        (b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_lines_that_are_none_are_refused(source, text, message):
    (source / "train_list.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(GraftNetError, match=message) as caught:
        pulc.scan(str(source))
    assert "\n" not in str(caught.value)


def test_a_folder_without_lists_is_refused(tmp_path):
    with pytest.raises(GraftNetError, match="has no list of images; expected PULC's train_list"):
        pulc.scan(str(tmp_path))
