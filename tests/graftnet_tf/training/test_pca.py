import numpy as np
from sklearn.decomposition import PCA

from graftnet_tf.training.pca import principal_axes

STRETCHED = np.random.default_rng(0).normal(3, [4, 1, 2, 0.5], (200, 4)).astype(np.float32)


def test_axes_are_those_of_scikit_learn_in_parts_of_any_size():
    kernel, bias = principal_axes(np.split(STRETCHED, [1, 70, 110]), 3)
    expected = PCA(3).fit_transform(STRETCHED)
    found = STRETCHED @ kernel + bias
    same_sign = np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found * same_sign, expected, atol=1e-3)


def test_fewer_vectors_than_axes_still_give_an_orthonormal_system():
    kernel, bias = principal_axes([STRETCHED[:2]], 4)
    assert (kernel.shape, bias.shape) == ((4, 4), (4,))
    np.testing.assert_allclose(kernel.T @ kernel, np.eye(4), atol=1e-5)
