import os
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.example_table import ExampleTable
from graftnet_tf.workspace.tasks import (
    Example,
    Task,
    class_counts,
    parse_list,
    read_task,
    write_list,
    write_task,
)

HASH = "0123456789abcdef" * 4
GENDER = Task("gender", ("other", "male", "female"), {"male": "male", "female": "female"})


def test_a_binary_task_reports_its_own_name():
    task = Task.binary("bald")
    assert task.classes == ("negative", "positive")
    assert task.class_index("bald") == 1


def test_a_class_index_is_that_of_the_attribute():
    assert [GENDER.class_index(name) for name in ("male", "female")] == [1, 2]


@pytest.mark.parametrize(
    ("classes", "attributes"),
    [
        (("only",), {"only": "only"}),
        (("same", "same"), {"same": "same"}),
        (("no", "yes"), {"bald": "maybe"}),
        (("no", "yes"), {}),
    ],
)
def test_a_contradictory_task_is_refused_by_name(classes, attributes):
    with pytest.raises(GraftNetError, match="bald"):
        Task("bald", classes, attributes)


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), st.integers(0, 2)
        )
    )
)
def test_examples_read_back(tmp_path_factory, rows):
    directory = str(tmp_path_factory.mktemp("gender"))
    examples = [Example(image, label, f"group of {image}") for image, label in rows]
    write_task(directory, GENDER, {"train": examples})
    assert read_task(directory) == GENDER
    for split, written in (("train", examples), ("test", [])):
        with open(os.path.join(directory, f"{split}.csv"), "rb") as file:
            assert parse_list(file.read(), "a.csv", GENDER) == written


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"image,class,group\na.jpg,tall,a\n", r"a\.csv.*'tall'.*'other', 'male', 'female'"),
        (b"image,label\na.jpg,male\n", r"a\.csv has columns \['image', 'label'\]"),
        (
            "image,class,group\nä.jpg,male,a\n".encode("latin-1"),
            r"a\.csv is not UTF-8.*position 18",
        ),
        (b"image,class,group\na.jpg\nb.jpg,tall,b\n", r"a\.csv names classes \['', 'tall'\]"),
        (
            b"image,class,group,sha256\na.jpg,male,a,\n\nb.jpg,male,b,0123\n",
            r"^a\.csv, line 4 has the sha256 '0123'; expected 64 hex digits",
        ),
        (
            f"image,class,group,sha256\na.jpg,male,a,{HASH[:62]} 1\n".encode(),
            r"^a\.csv, line 2 has the sha256 '0123.* 1'",
        ),
    ],
)
def test_what_is_wrong_with_a_list_is_named(content, told):
    with pytest.raises(GraftNetError, match=told):
        parse_list(content, "a.csv", GENDER)


def test_hashes_read_back_and_are_blank_where_unknown(tmp_path):
    path = str(tmp_path / "a.csv")
    write_list(path, GENDER, [Example("a.jpg", 1, "a", HASH), Example("b.jpg", 2, "a")])
    text = pathlib.Path(path).read_text()
    assert text == f"image,class,group,sha256\na.jpg,male,a,{HASH}\nb.jpg,female,a,\n"
    read = parse_list(text.encode(), path, GENDER)
    assert [example.content for example in read] == [HASH, ""]
    assert read.known.tolist() == [True, False]
    assert read.contents[0].tobytes() == bytes.fromhex(HASH)
    write_list(path, GENDER, read)
    assert pathlib.Path(path).read_text() == text


@pytest.mark.parametrize(
    "content",
    [
        b"image,class,group\nb.jpg,male,g\n\na.jpg,other,g\n",
        b"group,x,class,image\ng,1,male,b.jpg\ng,2,other,a.jpg,more\n",
        b"image,class,group,sha256\nb.jpg,male,g\na.jpg,other,g\n",
        b'image,class,group\r\n"b.jpg",male,g\r\na.jpg,other,g\r\n',
    ],
    ids=["blank line", "other columns", "no hash in the rows", "Windows"],
)
def test_lists_by_other_hands_are_read(content):
    read = parse_list(content, "a.csv", GENDER)
    assert read == [Example("b.jpg", 1, "g"), Example("a.jpg", 0, "g")]
    assert not read.known.any()


def test_a_hash_in_capitals_is_the_same_hash():
    content = f"image,class,group,sha256\na.jpg,male,a,{HASH.upper()}\n".encode()
    assert parse_list(content, "a.csv", GENDER)[0].content == HASH


@pytest.mark.parametrize("content", [b"", b"image,class,group\n", b"image,label\n"])
def test_a_list_without_rows_is_empty(content):
    read = parse_list(content, "a.csv", GENDER)
    assert read == []
    assert read.contents.shape == (0, 32)


def test_counts_name_every_class():
    examples = [Example("a", 1, "a"), Example("b", 1, "b"), Example("c", 0, "c")]
    for some in (examples, ExampleTable.of(examples)):
        assert class_counts(GENDER, some) == {"other": 1, "male": 2, "female": 0}
    assert class_counts(GENDER, []) == {"other": 0, "male": 0, "female": 0}
