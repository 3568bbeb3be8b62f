import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graftnet_tf.data.group_codes import in_name_order
from graftnet_tf.workspace.example import Example
from graftnet_tf.workspace.example_table import ExampleTable


def test_codes_go_by_the_names_and_not_by_the_order_of_the_list():
    groups = np.array([0, 1, 2, 1, 3])
    names = ["p10", "p2", "P3", "é"]
    assert in_name_order(groups, names).tolist() == [1, 2, 0, 2, 3]


@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), max_size=30))
def test_they_are_those_of_numpys_different_strings(groups):
    table = ExampleTable.of([Example("a.jpg", 0, group) for group in groups])
    expected = np.unique(np.array(groups, str), return_inverse=True)[1]
    found = in_name_order(table.groups, table.group_names)
    np.testing.assert_array_equal(found, expected)
