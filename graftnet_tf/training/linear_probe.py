"""A linear classifier on frozen features: where a head starts when the features are good."""

import numpy as np
import tensorflow as tf
from sklearn.linear_model import LogisticRegression

from graftnet_tf.data.bounded_sample import bounded_sample

STRENGTH = 1e-3
EXAMPLES = 8192  # that are fitted at most, so that a start takes the same time of any task
VALUES = 2**27  # float32 numbers that are fitted at most: 512 MB, and as much again scaled
_TINY = 1e-12  # variance at which images all alike are no longer told apart


def subsample(
    labels: np.ndarray, length: int, random: np.random.Generator, most: int = EXAMPLES
) -> np.ndarray:
    """The examples to fit, at most `most`, of `VALUES` numbers in all; see `bounded_sample`.

    Args:
      labels: int [M].
      length: Numbers per example.
      random: Chooses.
      most: Examples at most.

    Returns:
      int64 [m], ascending positions of the examples, all M of them where these fit.
    """
    return bounded_sample(labels, min(VALUES // length, most), random)


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
