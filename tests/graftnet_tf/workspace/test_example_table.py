import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graftnet_tf.workspace.example import Example
from graftnet_tf.workspace.example_table import ExampleTable

HASH = "0f" * 32
EXAMPLES = [
    Example("a.jpg", 2, "ann", HASH),
    Example("ünder/b.jpg", 0, "bob"),
    Example("", 1, "ann", "ff" * 32),
    Example("人.png", 0, ""),
]
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.fixture
def table():
    return ExampleTable.of(EXAMPLES)


def test_columns_are_what_the_examples_say(table):
    assert table.labels.tolist() == [2, 0, 1, 0]
    assert table.groups.tolist() == [0, 1, 0, 2]
    assert table.known.tolist() == [True, False, True, False]
    assert table.contents[0].tolist() == [15] * 32
    assert table.contents[2].tolist() == [255] * 32
    assert not table.contents[[1, 3]].any()
    columns = (table.labels, table.groups, table.contents, table.known)
    assert [column.dtype for column in columns] == [np.int32, np.int64, np.uint8, np.bool_]
    assert [table.image(row) for row in range(4)] == ["a.jpg", "ünder/b.jpg", "", "人.png"]
    assert [table.group(row) for row in range(4)] == ["ann", "bob", "ann", ""]


@given(st.lists(st.builds(Example, TEXT, st.integers(0, 9), TEXT, st.sampled_from(["", HASH]))))
def test_it_is_the_sequence_that_it_was_made_of(examples):
    table = ExampleTable.of(examples)
    assert table == examples
    assert examples == table
    assert [example.content for example in table] == [example.content for example in examples]
    assert [table[row] for row in range(-len(table), len(table))] == [*examples, *examples]
    codes = dict(zip(table.groups.tolist(), (e.group for e in examples), strict=True))
    assert len(codes) == len(set(codes.values())) == len({e.group for e in examples})
    assert [codes[code] for code in table.groups.tolist()] == [e.group for e in examples]


@pytest.mark.parametrize(
    "part", [slice(1, 3), slice(None, None, -1), slice(-2, None), slice(3, 1), slice(0, 99, 2)]
)
def test_a_slice_is_a_table_of_the_rows_that_a_list_has_there(table, part):
    assert isinstance(table[part], ExampleTable)
    assert table[part] == EXAMPLES[part]


def test_a_subset_has_the_rows_asked_for_in_their_order_and_the_same_codes(table):
    some = table.subset(np.array([3, 0, 0]))
    assert some == [EXAMPLES[3], EXAMPLES[0], EXAMPLES[0]]
    assert [example.content for example in some] == ["", HASH, HASH]
    assert some.groups.tolist() == [2, 0, 0]
    assert some.subset(np.array([2])) == [EXAMPLES[0]]
    assert table.subset(np.array([], np.int64)) == []


def test_what_differs_is_not_equal(table):
    assert table != EXAMPLES[:3]
    assert table != [*EXAMPLES[:3], Example("人.png", 1, "")]
    assert table != [*EXAMPLES[:3], Example("人.png", 0, "bob")]
    assert table != ExampleTable.of(EXAMPLES[::-1])
    assert table != 4


def test_a_content_does_not_tell_examples_apart(table):
    assert table == [Example(e.image, e.label, e.group) for e in EXAMPLES]


def test_rows_beyond_it_are_refused(table):
    for row in (4, -5):
        with pytest.raises(IndexError):
            table[row]


def test_it_cannot_be_changed(table):
    for part in (table, table.subset(np.array([1]))):
        for column in (part.labels, part.groups, part.contents, part.known):
            with pytest.raises(ValueError, match="read-only"):
                column[0] = 1
