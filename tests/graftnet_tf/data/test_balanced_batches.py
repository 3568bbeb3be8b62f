"""Balanced batches: classes take turns, each goes through its own examples, steps repeat."""

import numpy as np
import pytest

from graftnet_tf.data.balanced_batches import BalancedBatches

LABELS = np.array([0] * 20 + [1] * 3)


@pytest.mark.parametrize("batch", [4, 5])
def test_every_class_has_its_share_of_the_draws(batch):
    batches = BalancedBatches(LABELS, 2, batch, seed=0)
    drawn = LABELS[np.concatenate([batches.at(step) for step in range(20)])]
    assert np.bincount(drawn).tolist() == [10 * batch, 10 * batch]
    assert all(abs(np.mean(LABELS[batches.at(step)]) - 0.5) <= 0.5 / batch for step in range(20))


def test_a_class_comes_up_whole_before_it_comes_up_again():
    batches = BalancedBatches(LABELS, 2, 4, seed=0)
    drawn = np.concatenate([batches.at(step) for step in range(30)])
    rare, common = drawn[LABELS[drawn] == 1], drawn[LABELS[drawn] == 0]
    assert np.unique(rare, return_counts=True)[1].tolist() == [20, 20, 20]
    assert np.unique(common, return_counts=True)[1].tolist() == [3] * 20
    epochs = rare.reshape(-1, 3)
    assert all(sorted(epoch) == [20, 21, 22] for epoch in epochs.tolist())
    assert len({tuple(epoch) for epoch in epochs.tolist()}) > 1, "each time in another order"


def test_a_step_is_the_same_whenever_it_is_asked_for_and_another_by_another_seed():
    batches = BalancedBatches(LABELS, 2, 8, seed=1)
    seventh = batches.at(7)
    np.testing.assert_array_equal(BalancedBatches(LABELS, 2, 8, seed=1).at(7), seventh)
    assert not np.array_equal(BalancedBatches(LABELS, 2, 8, seed=2).at(7), seventh)
