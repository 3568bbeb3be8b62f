"""Tests of what is said of a ranking."""

import numpy as np

from graftnet_tf.evaluation import metrics
from graftnet_tf.evaluation.evaluate import AttributeEvaluation
from tests.benchmarks.evidence.drawn.mining import ranking


def test_false_positives_at_the_recall_and_at_the_top_by_hand():
    # the two best are negatives, then 100 positives, then 98 negatives
    labels = np.repeat([False, True, False], [2, 100, 98])
    scores = np.linspace(1, 0, 200)
    found = ranking(
        AttributeEvaluation(
            "hat",
            "hat",
            [""] * 200,
            labels,
            scores,
            metrics.at_threshold(labels, scores, 0.5),
            metrics.auc(labels, scores),
            None,
            None,
        )
    )
    assert found == {
        "auc": 0.98,
        "fpr_at_recall": 0.02,
        "top_50": 2,
        "top_100": 2,
        "top_200": 100,
        "positives": 100,
        "negatives": 100,
    }
