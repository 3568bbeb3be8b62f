"""The model that is trained between two batches: logistic regression on the trunk's vectors."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from graftnet_tf.evaluation import metrics

_FOLDS = 5
PENALTY = 1.0  # `C`; of .3, 1, 3 and 10 the best with 100 labels and more, on other splits


def fit(vectors: np.ndarray, labels: np.ndarray, penalty: float = PENALTY) -> Pipeline:
    """Both classes count alike, so that .5 is where the sum of both error rates is least.

    Args:
      vectors: float32 [n, D].
      labels: bool [n], some of both.
      penalty: Inverse strength of the L2 penalty.
    """
    model = LogisticRegression(C=penalty, class_weight="balanced", max_iter=2000)
    return make_pipeline(StandardScaler(with_std=False), model).fit(vectors, labels)


def scores(model: Pipeline, vectors: np.ndarray) -> np.ndarray:
    """float32 [n] in 0…1."""
    return model.predict_proba(vectors)[:, 1].astype(np.float32)


def threshold(vectors: np.ndarray, labels: np.ndarray) -> float:
    """Score by Youden's J, out of fold, as a branch's is chosen on images held out."""
    folds = min(_FOLDS, int(labels.sum()), int((~labels).sum()))
    if folds < 2:
        return 0.5
    found = np.zeros(len(labels), np.float32)
    for learnt, judged in StratifiedKFold(folds).split(vectors, labels):
        found[judged] = scores(fit(vectors[learnt], labels[learnt]), vectors[judged])
    return metrics.best_threshold(labels, found) or 0.5
