"""Tests of the order in which contenders see photos, and of what a missing label counts."""

import numpy as np

from tests.benchmarks.evidence.networks import _mask, _shares, batches, task_batches
from tests.benchmarks.evidence.photos import UNKNOWN


def test_batches_go_through_all_photos_before_any_comes_again():
    order = np.concatenate(batches(64, 4, seed=0))
    assert sorted(order[:64]) == sorted(order[64:]) == list(range(64))
    assert (order[:64] != order[64:]).any()


def test_a_batch_of_a_task_has_its_photos_alone_and_all_tasks_come():
    labels = np.full((90, 3), UNKNOWN, np.int8)
    labels[np.arange(90), np.arange(90) % 3] = 1
    order = task_batches(labels, 30, seed=0)
    tasks = [set(chosen % 3) for chosen in order]
    assert all(len(some) == 1 for some in tasks)
    assert set().union(*tasks) == {0, 1, 2}
    assert {len(chosen) for chosen in order} == {32}


def test_both_values_of_a_label_count_alike_and_unknown_ones_nothing():
    labels = np.array([[1, UNKNOWN], [0, 0], [0, 1], [0, UNKNOWN]], np.int8)
    shares = _shares(labels)
    np.testing.assert_allclose(shares, [[4 / 6, 1], [2, 1]])
    mask = _mask(labels, shares)
    np.testing.assert_allclose(mask, [[2, 0], [4 / 6, 1], [4 / 6, 1], [4 / 6, 0]])
