import dataclasses

import numpy as np
import pytest

from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.mining.suspect_positives import find_suspect_positives
from graftnet_tf.training import linear_probe

CONFIG = MiningConfig(suspects=10, seed=0)


def two_clusters(size=20):
    """Negatives about (0, 0), then positives about (10, 0)."""
    vectors = np.random.default_rng(0).normal(0, 0.5, (2 * size, 2)).astype(np.float32)
    vectors[size:, 0] += 10
    return vectors, np.repeat([0, 1], size)


def find(vectors, labels, groups=None, reported=(1,), config=CONFIG):
    groups = np.arange(len(labels)) if groups is None else groups
    return find_suspect_positives(vectors, labels, groups, reported, config)


def test_turned_negatives_in_a_separable_cluster_are_found_and_nothing_else():
    vectors, labels = two_clusters()
    labels[[3, 7, 11]] = 1
    labels[25] = 0  # a wrong negative is not this list's
    found = find(vectors, labels)
    assert {suspect.row for suspect in found} == {3, 7, 11}
    assert {suspect.likelier for suspect in found} == {0}
    probabilities = [suspect.probability for suspect in found]
    assert probabilities == sorted(probabilities)
    assert all(suspect.probability < suspect.typical for suspect in found)


def test_beside_each_stands_the_nearest_example_of_the_likelier_class():
    vectors, labels = two_clusters()
    vectors[3] = (0.25, 0)
    vectors[4], vectors[5] = (0.25, 0.1), (0.25, 0.15)
    labels[[3, 4]] = 1  # row 4 is nearer, but of the same label
    vectors[[0, 1, 2, *range(6, 20)], 0] -= 1
    (first,) = (suspect for suspect in find(vectors, labels) if suspect.row == 3)
    assert first.nearest == 5
    assert first.distance == pytest.approx(0.15, rel=1e-3)


def test_clean_clusters_have_no_suspects():
    assert find(*two_clusters()) == []


def test_of_three_classes_reported_ones_are_judged_and_the_likelier_is_named():
    random = np.random.default_rng(0)
    centres = np.array([(0, 0), (20, 0), (0, 20)], np.float32)
    labels = np.repeat([0, 1, 2], 20)
    vectors = (centres[labels] + random.normal(0, 0.5, (60, 2))).astype(np.float32)
    labels[5], labels[25], labels[45] = 1, 2, 0
    found = {suspect.row: suspect.likelier for suspect in find(vectors, labels, reported=(1, 2))}
    assert found == {5: 0, 25: 1}


def test_twins_of_one_group_do_not_vouch_for_each_other():
    vectors, labels = two_clusters()
    groups = np.arange(40)
    labels[:6] = 1
    vectors[:6] = (-30, 0)  # one photo six times, far out on the negatives' side
    groups[:6] = 0
    assert {suspect.row for suspect in find(vectors, labels, groups)} == set(range(6))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_class_of_fewer_examples_than_folds_is_no_obstacle(count):
    vectors, labels = two_clusters()
    labels[20:] = 0
    labels[[3, 22, 31][:count]] = 1
    found = find(vectors, labels)
    assert {suspect.row for suspect in found} <= {3, 22, 31}
    if count == 1:
        assert found == [], "nothing is learnt of a class whose only example is held out"


def test_a_class_that_is_all_one_group_is_not_judged():
    vectors, labels = two_clusters()
    groups = np.where(labels == 1, 99, np.arange(40))
    labels[3], groups[3] = 1, 99
    assert find(vectors, labels, groups) == []


def test_the_list_is_limited_and_the_same_each_time():
    vectors, labels = two_clusters()
    labels[[3, 7, 11]] = 1
    found = find(vectors, labels)
    assert find(vectors, labels) == found
    assert find(vectors, labels, config=dataclasses.replace(CONFIG, suspects=2)) == found[:2]
    assert find(vectors, labels, config=dataclasses.replace(CONFIG, suspects=0)) == []


def test_probes_learn_from_a_sample_and_all_positives_are_judged(monkeypatch):
    learnt = []
    fit = linear_probe.fit

    def noted(features, labels, classes):
        learnt.append(len(features))
        return fit(features, labels, classes)

    monkeypatch.setattr(linear_probe, "fit", noted)
    monkeypatch.setattr(linear_probe, "VALUES", 2 * 16)  # 16 examples of 2 numbers
    vectors, labels = two_clusters()
    labels[[3, 7, 11]] = 1
    found = find(vectors, labels)
    assert learnt == [16] * 5
    assert {3, 7, 11} <= {suspect.row for suspect in found}
