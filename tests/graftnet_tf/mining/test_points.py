import numpy as np
import pytest

from graftnet_tf.mining.points import SUMMARIES, atoms, centroid, sample

VECTORS = np.array([[0, 0]] * 3 + [[10, 0]], np.float32) + np.float32(0.5)


def test_atoms_carry_their_share_of_the_set():
    found = atoms(VECTORS, 2, seed=0)
    by_place = {
        tuple(point): weight for point, weight in zip(found.points, found.weights, strict=True)
    }
    assert by_place == {(0.5, 0.5): 0.75, (10.5, 0.5): 0.25}


def test_a_sample_is_of_different_vectors_with_equal_weights():
    vectors = np.arange(40, dtype=np.float32).reshape(20, 2)
    found = sample(vectors, 8, seed=3)
    assert len({tuple(point) for point in found.points}) == 8
    assert {tuple(point) for point in found.points} <= {tuple(vector) for vector in vectors}
    np.testing.assert_allclose(found.weights, 1 / 8)
    np.testing.assert_array_equal(found.points, sample(vectors, 8, seed=3).points)
    assert not np.array_equal(found.points, sample(vectors, 8, seed=4).points)


@pytest.mark.parametrize("summarise", SUMMARIES.values())
def test_a_small_set_stands_for_itself(summarise):
    found = summarise(VECTORS, 4, seed=0)
    np.testing.assert_array_equal(found.points, VECTORS)
    np.testing.assert_allclose(found.weights, 0.25)


def test_the_centroid_is_the_mean():
    found = centroid(VECTORS)
    np.testing.assert_allclose(found.points, [[3, 0.5]])
    np.testing.assert_allclose(found.weights, [1])
