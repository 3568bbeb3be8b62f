"""A linear classifier on frozen features: where a head starts when the features are good."""

import numpy as np
import tensorflow as tf
from sklearn.linear_model import LogisticRegression

STRENGTH = 1e-3
VALUES = 2**27  # float32 numbers that are fitted at most: 512 MB, and as much again scaled
_TINY = 1e-12  # variance at which images all alike are no longer told apart


def subsample(labels: np.ndarray, length: int, random: np.random.Generator) -> np.ndarray:
    """The examples to fit, so that no more than `VALUES` numbers are in memory.

    Of the largest classes some examples are left out, as many of each as its size demands;
    rare classes stay whole for longest.

    Args:
      labels: int [M].
      length: Numbers per example.
      random: Chooses.

    Returns:
      int [m], ascending indices of the examples, all M of them where these fit.
    """
    turns = np.empty(len(labels), np.int64)  # at which each example's class hands it in
    for label in np.unique(labels):
        of_class = labels == label
        turns[of_class] = random.permutation(of_class.sum())
    return np.sort(np.argsort(turns, kind="stable")[: VALUES // length])


def fit(
    features: np.ndarray, labels: np.ndarray, classes: int, *, strength: float = STRENGTH
) -> tuple[np.ndarray, np.ndarray]:
    """Logistic regression on scaled features, classes balanced by weight.

    Each feature is divided by sqrt(its variance + the mean variance of all): nearly dead
    channels would otherwise get weights that explode once training stirs them.

    Args:
      features: float [M, D].
      labels: int [M], every class among them.
      classes: Number of classes.
      strength: Scikit-learn's C, the inverse of the L2 regularisation.

    Returns:
      (kernel float32 [D, classes], bias float32 [classes]) of softmax logits on the
      features as given, the scaling folded in.
    """
    mean, variance = features.mean(axis=0), features.var(axis=0)
    scale = np.sqrt(variance + variance.mean() + _TINY)
    model = LogisticRegression(C=strength, class_weight="balanced", max_iter=500)
    scaled = features - mean
    scaled /= scale
    model.fit(scaled, labels)
    coefficients, intercepts = model.coef_, model.intercept_  # [classes or 1, D]
    if classes == 2:
        coefficients = np.concatenate([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    kernel = (coefficients / scale).T
    bias = intercepts - mean @ kernel
    return kernel.astype(np.float32), bias.astype(np.float32)


def start(
    dense: tf.keras.layers.Dense,
    features: np.ndarray,
    labels: np.ndarray,
    *,
    strength: float = STRENGTH,
) -> None:
    """Sets a built softmax layer to the probe fitted on these features and labels."""
    dense.set_weights(fit(features, labels, dense.units, strength=strength))
