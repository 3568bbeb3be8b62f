"""Tests of published figures and of what may stand beside them."""

import numpy as np
import pytest

from graftnet_tf.evaluation.par_protocol import par_figures
from graftnet_tf.evaluation.published_par import PUBLISHED, PublishedFigures, differences

TINY = PublishedFigures("net", "a paper", images=2, attributes=2, mean_accuracy=0.8)


def figures(labels):
    labels = np.array(labels)
    return par_figures(labels, labels * 0.9, [f"a{number}" for number in range(labels.shape[1])])


def test_the_resnet_50_figures_are_those_published():
    percent = {
        name: [
            round(100 * value, 2)
            for value in (r.mean_accuracy, r.accuracy, r.precision, r.recall, r.f1)
        ]
        for name, (r, *_) in PUBLISHED.items()
    }
    assert percent == {
        "pa100k": [80.21, 79.15, 87.79, 87.01, 87.40],
        "peta": [83.96, 78.65, 87.08, 85.62, 86.35],
        "peta_zs": [71.43, 58.69, 74.41, 69.82, 72.04],
        "rap2": [78.52, 66.09, 77.20, 80.23, 78.68],
        "rap_zs": [71.76, 64.83, 78.75, 76.60, 77.66],
    }
    _, pulc = PUBLISHED["pa100k"]
    assert (pulc.mean_accuracy, pulc.f1, pulc.milliseconds) == (0.7859, None, 2.0)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_f1_is_of_the_mean_precision_and_recall(name):
    result = PUBLISHED[name][0]
    f1 = 2 * result.precision * result.recall / (result.precision + result.recall)
    assert f1 == pytest.approx(result.f1, abs=1.1e-4)


def test_a_whole_run_is_comparable():
    assert not differences(TINY, figures([[1, 0], [0, 1]]), left_out=0)


@pytest.mark.parametrize(
    ("labels", "left_out", "reasons"),
    [
        ([[1, 0], [0, 1], [0, 0]], 0, ["3 test images, not 2"]),
        ([[1, 0, 1], [0, 1, 0]], 0, ["3 attributes, not 2"]),
        ([[1, 0], [0, 1]], 1200, ["1,200 test images left out"]),
        ([[1, 1], [0, 1]], 0, ["1 attributes of one class"]),
    ],
)
def test_a_part_is_marked_with_why_it_is_not_comparable(labels, left_out, reasons):
    assert differences(TINY, figures(labels), left_out) == reasons
