import numpy as np
import pytest

from graftnet_tf.mining.clusters import cluster

CENTRES = np.array([[0, 0, 0], [20, 0, 0], [0, 30, 0]], np.float32)
OF = np.arange(90) % 3
VECTORS = CENTRES[OF] + np.random.default_rng(0).normal(0, 1, (90, 3)).astype(np.float32)


@pytest.mark.parametrize("full_limit", [90, 89])
def test_groups_far_apart_are_found_whole_and_in_mini_batches(full_limit):
    found = cluster(VECTORS, 3, seed=1, full_limit=full_limit)
    for group in range(3):
        numbers = set(found.labels[group == OF])
        assert len(numbers) == 1
        number = numbers.pop()
        np.testing.assert_array_equal(found.members(number), np.flatnonzero(group == OF))
        np.testing.assert_allclose(found.centroids[number], CENTRES[group], atol=1)
    assert sorted(found.sizes) == [30, 30, 30]


def test_the_seed_decides():
    same = [cluster(VECTORS, 7, seed).labels for seed in (0, 0)]
    np.testing.assert_array_equal(*same)


def test_no_cluster_is_empty_where_vectors_are_few_or_alike():
    few = cluster(VECTORS[:2], 20, seed=0)
    assert sorted(few.sizes) == [1, 1]
    alike = cluster(np.repeat(CENTRES[:2], 10, axis=0), 5, seed=0)
    assert sorted(alike.sizes) == [10, 10]
    assert set(alike.labels) == {0, 1}
    assert len(alike.centroids) == 2
