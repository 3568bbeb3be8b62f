"""Ranking, thinning and suspects on features laid out by hand."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graftnet_tf.errors import GraftNetError
from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.mining.hard_negatives import find_hard_negatives
from graftnet_tf.workspace.tasks import Task

HAT = Task.binary("hat")
GENDER = Task("gender", ("other", "male", "female"), {"male": "male", "female": "female"})
CONFIG = MiningConfig(clusters=3, nearest_clusters=1, keep_rate=0.3, neighbours=3)
PLACES = (0, 2, 20, 50)  # of the positives and of three groups of negatives, on a line


def laid_out(size=10):
    """Each group is `size` points within half a unit of its place."""
    offsets = np.linspace(-0.5, 0.5, size)
    vectors = np.concatenate([place + offsets for place in PLACES]).astype(np.float32)
    return vectors[:, np.newaxis], np.repeat([1, 0, 0, 0], size)


def test_clusters_are_ranked_by_their_distance_to_the_positives():
    found = find_hard_negatives(*laid_out(), HAT, CONFIG)
    assert [list(cluster.members) for cluster in found.clusters] == [
        list(range(10, 20)),
        list(range(20, 30)),
        list(range(30, 40)),
    ]
    distances = [cluster.distance for cluster in found.clusters]
    np.testing.assert_allclose(distances, [2, 20, 50], rtol=1e-5)
    similarities = [cluster.similarity for cluster in found.clusters]
    np.testing.assert_allclose(similarities, np.exp([-0.02, -0.2, -0.5]), rtol=1e-5)


def test_the_centroid_alone_is_as_far_as_its_points_are_on_average():
    config = dataclasses.replace(CONFIG, cluster_side="centroid")
    vectors, labels = laid_out()
    vectors[:10] = [[-3]] * 5 + [[3]] * 5  # positives on both sides of 0
    found = find_hard_negatives(vectors, labels, HAT, config)
    # the centroid 2 is 5 from one half of the positives and 1 from the other
    np.testing.assert_allclose(found.clusters[0].distance, 3, rtol=1e-5)


def test_near_clusters_stay_whole_and_others_lose_most_but_not_all():
    found = find_hard_negatives(*laid_out(), HAT, CONFIG)
    assert [len(kept) for kept in found.kept] == [10, 3, 3]
    assert found.mask[:20].all()
    assert found.mask.sum() == 26


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"nearest_clusters": None, "nearest_share": 0.34}, [10, 10, 3]),
        ({"nearest_clusters": None, "nearest_share": 0}, [3, 3, 3]),
        ({"nearest_clusters": None, "nearest_share": 1}, [10, 10, 10]),
        ({"nearest_clusters": 0}, [3, 3, 3]),
        ({"nearest_clusters": 9}, [10, 10, 10]),
        ({"keep_rate": 1e-6}, [10, 1, 1]),
        ({"keep_rate": 1}, [10, 10, 10]),
        ({"clusters": 1, "nearest_clusters": 0, "keep_rate": 0.5}, [15]),
    ],
)
def test_flags_say_what_stays(changes, kept):
    config = dataclasses.replace(CONFIG, **changes)
    found = find_hard_negatives(*laid_out(), HAT, config)
    assert [len(some) for some in found.kept] == kept


@settings(deadline=None, max_examples=10)
@given(
    seed=st.integers(0, 99),
    negatives=st.integers(1, 40),
    clusters=st.integers(1, 8),
    keep_rate=st.floats(1e-3, 1),
    nearest_share=st.floats(0, 1),
)
def test_every_positive_stays_and_every_cluster_keeps_some_of_its_own(
    seed, negatives, clusters, keep_rate, nearest_share
):
    random = np.random.default_rng(seed)
    labels = random.permutation([1] * 5 + [0] * negatives)
    vectors = random.normal(size=(len(labels), 4)).astype(np.float32)
    config = MiningConfig(
        clusters=clusters, keep_rate=keep_rate, nearest_share=nearest_share, seed=seed
    )
    found = find_hard_negatives(vectors, labels, HAT, config)
    assert found.mask[labels == 1].all()
    members = np.concatenate([cluster.members for cluster in found.clusters])
    assert sorted(members) == list(np.flatnonzero(labels == 0))
    for cluster, kept in zip(found.clusters, found.kept, strict=True):
        assert 0 < len(kept) <= len(cluster.members)
        assert set(kept) <= set(cluster.members)
        assert len(set(kept)) == len(kept)
    assert found.mask.sum() == 5 + sum(len(kept) for kept in found.kept)
    again = find_hard_negatives(vectors, labels, HAT, config)
    np.testing.assert_array_equal(again.mask, found.mask)


def test_of_several_attributes_the_nearest_counts_and_their_own_examples_all_stay():
    vectors, labels = laid_out()
    labels[30:] = 2  # the farthest group is female; `other` is at 2 and 20
    config = dataclasses.replace(CONFIG, clusters=2)
    found = find_hard_negatives(vectors, labels, GENDER, config)
    assert found.mask[:10].all()
    assert found.mask[30:].all()
    near, far = found.clusters
    assert (near.nearest_attribute, far.nearest_attribute) == ("male", "male")
    assert near.distances == pytest.approx({"male": 2, "female": 48}, rel=1e-5)
    assert far.distances == pytest.approx({"male": 20, "female": 30}, rel=1e-5)
    vectors[20:30] += 15  # now at 35: 15 from female, 35 from male
    found = find_hard_negatives(vectors, labels, GENDER, config)
    assert [cluster.nearest_attribute for cluster in found.clusters] == ["male", "female"]
    assert found.clusters[1].distance == pytest.approx(15, rel=1e-5)


def test_a_negative_among_positives_is_the_first_suspect():
    vectors, labels = laid_out()
    labels[4] = 0  # in the middle of the positives
    found = find_hard_negatives(vectors, labels, HAT, CONFIG)
    first = found.suspects[0]
    assert (first.row, first.positives) == (4, 3)
    assert first.nearest_positive in (3, 5)
    assert first.distance == pytest.approx(1 / 9, rel=1e-4)
    assert {suspect.row for suspect in found.suspects} <= {4}, "the others are among their own"


def test_suspects_are_limited_in_number():
    vectors, labels = laid_out()
    labels[[2, 4, 6]] = 0
    some = find_hard_negatives(vectors, labels, HAT, CONFIG).suspects
    assert len(some) >= 3
    fewer = find_hard_negatives(vectors, labels, HAT, dataclasses.replace(CONFIG, suspects=1))
    assert fewer.suspects == some[:1]


def test_a_positive_among_negatives_is_a_suspect_and_stays():
    vectors, labels = laid_out()
    labels[35] = 1
    found = find_hard_negatives(vectors, labels, HAT, CONFIG)
    assert [(s.row, s.likelier) for s in found.suspect_positives] == [(35, 0)]
    assert found.suspect_positives[0].nearest in (34, 36)
    assert found.mask[35]


def test_of_gender_a_male_among_females_is_rather_female():
    vectors, labels = laid_out()
    labels[20:30] = 2
    labels[22] = 1
    corners = np.array([(0, 0), (0, 20), (20, 0), (0, 21)], np.float32)[np.repeat(range(4), 10)]
    found = find_hard_negatives(corners + vectors / 100, labels, GENDER, CONFIG)
    assert [(s.row, s.likelier) for s in found.suspect_positives] == [(22, 2)]


def test_a_task_that_reports_every_class_cannot_be_mined():
    task = Task("lower", ("skirt", "pants"), {"skirt": "skirt", "pants": "pants"})
    with pytest.raises(GraftNetError, match="reports every one of its classes"):
        find_hard_negatives(*laid_out(), task, CONFIG)


def test_both_sides_are_needed():
    vectors, labels = laid_out()
    with pytest.raises(GraftNetError, match="0 negatives"):
        find_hard_negatives(vectors[:10], labels[:10], HAT, CONFIG)
    with pytest.raises(GraftNetError, match="no example of hat"):
        find_hard_negatives(vectors[10:], labels[10:], HAT, CONFIG)


def test_a_distance_that_is_not_found_names_the_cluster():
    random = np.random.default_rng(0)
    vectors = random.normal(size=(80, 8)).astype(np.float32)
    config = dataclasses.replace(CONFIG, emd_iterations=2)
    with pytest.raises(
        GraftNetError, match=r"cluster \d \(\d+ negatives\) to the positives of hat"
    ):
        find_hard_negatives(vectors, np.repeat([0, 1], 40), HAT, config)


@pytest.mark.parametrize(
    ("contradiction", "message"),
    [
        ({"cluster_side": "mean"}, "samples, centroid"),
        ({"positive_side": "all"}, "atoms, sample"),
        ({"clusters": 0}, "1 or more"),
        ({"keep_rate": 0}, "thinned to nothing"),
        ({"nearest_share": 1.5}, "at most 1"),
    ],
)
def test_contradictions_are_refused(contradiction, message):
    with pytest.raises(GraftNetError, match=message):
        MiningConfig(**contradiction)
