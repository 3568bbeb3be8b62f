import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from graftnet_tf.lift_scenes import run_lengths


def test_runs_go_down_the_columns_background_first():
    mask = np.array([[1, 0, 0], [1, 1, 0]], bool)
    assert run_lengths.encode(mask) == {"size": [2, 3], "counts": [0, 2, 1, 1, 2]}


@given(
    hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.booleans())
)
def test_round_trip(mask):
    np.testing.assert_array_equal(run_lengths.decode(run_lengths.encode(mask)), mask)
