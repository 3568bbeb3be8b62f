"""Tests of which labels a trunk knows before the new one comes."""

import pytest

from tests.benchmarks.evidence.drawn.label_plan import LABELS, earlier_labels, new_label
from tests.benchmarks.evidence.drawn.setting import TASKS


@pytest.mark.parametrize("seed", [0, 1])
def test_trunks_know_the_labels_of_smaller_trunks_and_never_the_new_one(seed):
    smaller, middle, larger = (earlier_labels(seed, count) for count in LABELS)
    assert [len(smaller), len(middle), len(larger)] == [5, 10, 15]
    assert smaller == larger[:5]
    assert middle == larger[:10]
    assert {*larger, new_label(seed)} == set(TASKS)


def test_another_seed_has_another_new_label_and_order():
    assert new_label(0) != new_label(1)
    assert set(earlier_labels(0, 5)) != set(earlier_labels(1, 5))
