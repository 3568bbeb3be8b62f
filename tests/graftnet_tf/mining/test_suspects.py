import numpy as np

from graftnet_tf.mining.config import MiningConfig
from graftnet_tf.mining.suspects import REFERENCE_LIMIT, find_suspects


def find(vectors, positives, neighbours=2, reference_limit=REFERENCE_LIMIT):
    vectors = np.array(vectors, np.float32)[:, np.newaxis]
    is_positive = np.isin(np.arange(len(vectors)), positives)
    negatives = np.flatnonzero(~is_positive)
    config = MiningConfig(neighbours=neighbours, suspects=10, seed=0)
    return find_suspects(vectors, is_positive, negatives, config, reference_limit=reference_limit)


def test_neighbours_are_counted_without_the_image_itself():
    #   row:       0  1  2    3   4   5
    found = find([0, 1, 1.5, 10, 11, 12], positives=[0, 2])
    assert [(s.row, s.positives, s.nearest_positive, s.distance) for s in found] == [(1, 2, 2, 0.5)]


def test_most_positives_come_first_and_then_the_nearer():
    found = find([0, 1, 3, 20, 21, 24, 27, 27.5, 60, 61, 62], positives=[0, 2, 3, 7])
    order = [(s.row, s.positives, s.distance) for s in found]
    assert order == [(1, 2, 1.0), (6, 1, 0.5), (4, 1, 1.0)]


def test_twins_do_not_count_as_the_image_itself():
    found = find([5, 5, 5, 40, 41, 42], positives=[0, 1])
    assert [(s.row, s.positives, s.distance) for s in found] == [(2, 2, 0.0)]


def test_a_sample_of_the_images_is_enough_to_find_what_stands_out():
    random = np.random.default_rng(0)
    positives, negatives = random.normal(0, 1, 100), random.normal(50, 1, 300)
    vectors = np.concatenate([positives, negatives, [0]])
    found = find(vectors, positives=np.arange(100), neighbours=5, reference_limit=120)
    assert [(s.row, s.positives) for s in found] == [(400, 5)]
