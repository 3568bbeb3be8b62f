import numpy as np
import pytest

from graftnet_tf.errors import GraftNetError
from graftnet_tf.workspace.selection_probabilities import parse_probabilities, probability_cells

LIST = 'image,class,probability,group\n"a,1.jpg",positive,0.5,a\n\nb.jpg,negative, 1 ,b\nc.jpg,x\n'
IMAGES = ["a,1.jpg", "b.jpg", "c.jpg"]


def test_cells_are_in_the_order_of_the_rows_and_empty_where_a_row_lacks_them():
    cells = probability_cells(b"\xef\xbb\xbf" + LIST.encode())
    assert list(cells) == ["0.5", "1", ""]
    np.testing.assert_array_equal(
        parse_probabilities(cells, IMAGES, "test.csv"), [0.5, 1, float("nan")]
    )


def test_a_list_without_the_column_or_with_nothing_in_it_says_nothing():
    assert probability_cells(b"image,class,group\na.jpg,positive,a\n") is None
    assert probability_cells(b"") is None
    assert parse_probabilities(None, IMAGES, "test.csv") is None
    assert parse_probabilities(["", "", ""], IMAGES, "test.csv") is None


@pytest.mark.parametrize("cell", ["0", "0.0", "-0.1", "1.01", "85", "nan", "inf", "likely", "1/2"])
def test_what_is_no_probability_is_named_with_its_list_and_image(cell):
    with pytest.raises(GraftNetError) as error:
        parse_probabilities(["0.5", cell, ""], IMAGES, "tasks/hat/test.csv")
    assert str(error.value).startswith(f"tasks/hat/test.csv says probability '{cell}' of b.jpg;")
    assert "above 0 and at most 1" in str(error.value)
    assert "\n" not in str(error.value)
