"""Tests of the search that every contender has."""

import numpy as np

from tests.benchmarks.evidence.photos import Photos
from tests.benchmarks.evidence.search import Scores, mean_auc, search


def validation():
    labels = np.array([[0], [0], [1], [1]], np.int8)
    return Photos(("hat",), np.arange(4), np.zeros((4, 1, 1, 3), np.uint8), labels, np.arange(4))


def scores_of(area):
    """Scores whose AUC on the four photos is .5, .75 or 1."""
    columns = {0.5: [1, 4, 2, 3], 0.75: [1, 3, 2, 4], 1.0: [1, 2, 3, 4]}
    values = np.array(columns[area], np.float32)[:, None] / 4
    return Scores(values, values, 1.0, 1.0, 1, 1)


def test_the_best_recipe_is_trained_longer_for_as_long_as_it_helps():
    areas = {("a", 10): 0.5, ("b", 10): 0.75, ("b", 20): 1.0, ("b", 40): 1.0}
    recipe, length, scores, trials = search(
        lambda recipe, length: scores_of(areas[recipe["name"], length]),
        [{"name": "a"}, {"name": "b"}],
        10,
        validation(),
    )
    assert (recipe, length) == ({"name": "b"}, 20)
    assert mean_auc(validation(), scores.validation) == 1.0
    assert [(t["recipe"]["name"], t["length"], t["validation_auc"]) for t in trials] == [
        ("a", 10, 0.5),
        ("b", 10, 0.75),
        ("b", 20, 1.0),
        ("b", 40, 1.0),
    ]
