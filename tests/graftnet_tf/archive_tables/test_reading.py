"""Columns of lists as matrices."""

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

from graftnet_tf.archive_tables.reading import matrix  # noqa: E402


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_a_column_of_lists_is_a_matrix_also_without_rows(rows):
    expected = np.arange(2 * rows, dtype=np.float32).reshape(rows, 2)
    column = pa.FixedSizeListArray.from_arrays(pa.array(expected.ravel()), 2)
    found = matrix(pa.table({"features": column}), "features")
    assert (found.dtype, found.shape) == (np.float32, (rows, 2))
    np.testing.assert_array_equal(found, expected)
