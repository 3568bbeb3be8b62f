"""Which shapes a search tries."""

import pytest

from graftnet_tf.branch.config import BranchConfig
from graftnet_tf.branch.shape_search.search_config import SearchConfig
from graftnet_tf.branch.shape_search.shape import Shape
from graftnet_tf.errors import GraftNetError

CONFIG = BranchConfig(graft_after=3, pooling="bands")


def test_combinations_that_can_be():
    search = SearchConfig((5, 7, 5), (7, 8), ("gap", "bands"))
    assert search.shapes(CONFIG, 10) == [
        Shape(5, 7, "gap"),
        Shape(5, 7, "bands"),
        Shape(5, 8, "gap"),
        Shape(5, 8, "bands"),
        Shape(7, 8, "gap"),
        Shape(7, 8, "bands"),
    ]


def test_what_is_not_asked_for_is_the_branch_s_own_or_the_trunk_s():
    assert SearchConfig((4, 6)).shapes(CONFIG, 9) == [Shape(4, 9, "bands"), Shape(6, 9, "bands")]


@pytest.mark.parametrize(
    ("search", "message"),
    [
        (SearchConfig((8, 7), (7,)), "graft_after 8, 7 given with last_block 7; some"),
        (SearchConfig((5,), (8,), ("gap", "max")), "Unknown pooling 'max'"),
        (SearchConfig((5,), (8, 11)), "0 ≤ graft_after < last_block ≤ 10"),
    ],
)
def test_what_cannot_be_is_refused(search, message):
    with pytest.raises(GraftNetError, match=message):
        search.shapes(CONFIG, 10)
