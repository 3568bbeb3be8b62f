"""Tests of the importer of CSV tables."""

import os

import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.importers import csv_table
from graftnet_tf.workspace.tasks import Task


@pytest.fixture
def table(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "gender.csv"
        path.write_text(text, encoding=encoding)
        return str(path)

    return write


def test_rows_become_photos(table, tmp_path):
    source = table(
        "image,class,split,group\n"
        "a/1.jpg,male,train,ann\n"
        "/b/1.jpg,female,,\n"
        "gs://bucket/1.jpg,other,test,\n"
        "https://host/1.jpg?size=2,male,,bob\n",
        encoding="utf-8-sig",
    )
    collection = csv_table.scan(source)
    (task,) = collection.tasks
    assert (task.name, task.classes) == ("gender", ("other", "female", "male"))
    assert [(p.source, p.labels["gender"], p.split, p.group) for p in collection.photos] == [
        (f"{tmp_path}/a/1.jpg", 2, "train", "ann"),
        ("/b/1.jpg", 1, None, None),
        ("gs://bucket/1.jpg", 0, "test", None),
        ("https://host/1.jpg?size=2", 2, None, "bob"),
    ]
    names = [photo.name for photo in collection.photos]
    assert len(set(names)) == 4
    assert all(name.endswith("-1.jpg") for name in names)


def test_other_columns_are_kept_as_they_are(table):
    collection = csv_table.scan(
        table(
            "image,class,camera,split,age,,sha256\n"
            "1.jpg,male, north 2 ,train,30-39,x,00\n"
            '2.jpg,other,"a, ""b""",,\n'
        )
    )
    assert [photo.columns for photo in collection.photos] == [
        {"camera": "north 2", "age": "30-39"},
        {"camera": 'a, "b"', "age": ""},
    ]


def test_split_and_group_are_optional(table):
    collection = csv_table.scan(table("class,image\npositive,a\nnegative,b\n"), ["bald"])
    assert collection.tasks[0].attributes == {"bald": "positive"}
    assert [(p.group, p.split) for p in collection.photos] == [(None, None)] * 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"has columns \[\]"),
        ("image,label\na,b\n", r"has columns \['image', 'label'\]; expected columns image, class"),
        ("image,class\n", "has no rows"),
        ("image,class,age,age\na,x,1,2\n", "more than one column age"),
        ("image,class\na,x\nb\n", "row 2: class missing"),
        ("image,class\na,x\nb, \n", "row 2: class missing"),
        ("image,class\na,b.jpg,x\n", "row 1 has 3 cells for 2 columns"),
        ("image,class\n,x\n", "row 1: image missing"),
        ("image,class,split\na,x,later\nb,y,\n", "split is 'later'"),
        ("image,class\na,no\nb,yes\na,yes\n", "lists a again in row 3"),
        ("image,class\na,no\nb/../a,yes\n", "lists b/../a again in row 2"),
        ("image,class\na,x\nb,x\n", "only class x"),
    ],
)
def test_tables_that_will_not_do_are_refused(table, text, message):
    with pytest.raises(GraftNetError, match=message):
        csv_table.scan(table(text))


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path):
    (tmp_path / "binary.csv").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(GraftNetError, match="not a UTF-8 CSV"):
        csv_table.scan(str(tmp_path / "binary.csv"))
    for path in (tmp_path, tmp_path / "gone.csv"):
        with pytest.raises(GraftNetError, match="is not a file"):
            csv_table.scan(str(path), ["gender"])


def test_blanks_around_cells_and_case_make_no_class(table):
    source = table(
        " image , class ,split\n a.jpg ,negative ,Test\nb.jpg, Positive,train\n"
        "c.jpg,positive,VALID\n\nd.jpg,negative,\n"
    )
    collection = csv_table.scan(source, ["bald"])
    assert collection.tasks == [Task.binary("bald")]
    found = [(os.path.basename(p.source), p.labels["bald"], p.split) for p in collection.photos]
    assert found == [
        ("a.jpg", 0, "test"),
        ("b.jpg", 1, "train"),
        ("c.jpg", 1, "train"),
        ("d.jpg", 0, None),
    ]
    assert collection.notes == ("Taken as one class: 'Positive', 'positive'.",)
