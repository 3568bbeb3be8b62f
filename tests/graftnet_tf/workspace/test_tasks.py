import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.tasks import (
    Example,
    Task,
    class_counts,
    parse_list,
    read_task,
    write_task,
)

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
        ("image,class,group\nä.jpg,male,a\n".encode("latin-1"), r"a\.csv is not UTF-8"),
    ],
)
def test_what_is_wrong_with_a_list_is_named(content, told):
    with pytest.raises(GraftNetError, match=told):
        parse_list(content, "a.csv", GENDER)


def test_counts_name_every_class():
    examples = [Example("a", 1, "a"), Example("b", 1, "b"), Example("c", 0, "c")]
    assert class_counts(GENDER, examples) == {"other": 1, "male": 2, "female": 0}
