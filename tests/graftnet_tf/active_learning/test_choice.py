"""What strategies prefer, and what can be told from a batch that was not drawn uniformly."""

import numpy as np
import pytest

from graftnet_tf.active_learning.candidates import Candidates
from graftnet_tf.active_learning.choice import choose
from graftnet_tf.active_learning.mixture import Mixture
from graftnet_tf.errors import GraftNetError

SCORES = np.linspace(0.001, 0.999, 500).astype(np.float32)
VECTORS = np.random.default_rng(0).normal(size=(500, 4)).astype(np.float32)


def chosen(text, count=50, seed=0, **changes):
    candidates = Candidates(**{"vectors": VECTORS, "scores": SCORES, "threshold": 0.6, **changes})
    return choose(candidates, Mixture.parse(text), count, seed)


def test_uncertain_are_near_the_threshold():
    near = np.abs(SCORES[chosen("uncertain").rows] - 0.6)
    fair = np.abs(SCORES[chosen("random").rows] - 0.6)
    assert np.median(near) < 0.5 * np.median(fair)


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_uncertain_are_near_where_as_many_score_higher_as_are_positive(share):
    """Whatever the threshold, which lies among the many negatives of a rare label."""
    scores = SCORES[chosen("uncertain", prevalence=share, threshold=0.1).rows]
    assert abs(np.median(scores) - (1 - share)) < 0.05


def test_hard_negatives_are_below_the_threshold_and_high():
    found = SCORES[chosen("hard_negatives").rows]
    assert found.max() < 0.6
    assert np.median(found) > np.median(SCORES[SCORES < 0.6])


def test_seeds_are_near_an_example():
    seeds = VECTORS[[3, 77]]

    def distances(rows):
        return np.linalg.norm(VECTORS[rows, np.newaxis] - seeds, axis=2).min(axis=1)

    rows = chosen("seeds", seeds=seeds).rows
    assert {3, 77} <= set(rows)
    assert np.median(distances(rows)) < 0.7 * np.median(distances(np.arange(500)))


def test_diverse_reaches_the_few_as_often_as_the_many():
    vectors = np.concatenate([VECTORS[:480] / 100, 50 + 10 * VECTORS[480:]])
    few = [(chosen(name, vectors=vectors).rows >= 480).sum() for name in ("random", "diverse")]
    assert few[0] <= 4
    assert few[1] >= 10


def test_shares_are_kept_and_each_image_says_what_it_was_drawn_for():
    choice = chosen("uncertain:.5,hard_negatives:.3,random:.2", count=100)
    assert (len(choice.rows), len(set(choice.rows))) == (100, 100)
    counts = [choice.strategies.count(n) for n in ("uncertain", "hard_negatives", "random")]
    np.testing.assert_allclose(counts, [50, 30, 20], atol=12)
    assert (choice.probabilities >= 0.2 * 100 / 500 - 0.02).all(), "every share adds to it"
    assert (SCORES[choice.rows[np.array(choice.strategies) == "hard_negatives"]] < 0.6).all()


def test_the_same_seed_chooses_the_same():
    first, again, other = (chosen("uncertain:.5,random:.5", seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.rows, again.rows)
    assert first.strategies == again.strategies
    assert set(first.rows) != set(other.rows)


def test_the_inverse_of_probabilities_tells_the_archives_rate():
    positive = SCORES > 0.9  # a tenth; a batch of uncertain ones has hardly any
    estimates, shares = [], []
    for seed in range(300):
        choice = chosen("uncertain:.7,random:.3", seed=seed)
        hits = positive[choice.rows]
        estimates.append(np.sum(hits / choice.probabilities) / 500)
        shares.append(hits.mean())
    error = np.std(estimates) / np.sqrt(300)
    assert abs(np.mean(estimates) - positive.mean()) < 4 * error < 0.02
    assert abs(np.mean(shares) - positive.mean()) > 0.03, "the batch itself is not fair"


def test_fewer_candidates_than_asked_for_are_told():
    with pytest.raises(GraftNetError, match="501 images asked for; 500 are left"):
        chosen("random", count=501)
    with pytest.raises(GraftNetError, match="400 images asked for; only 300 can be chosen"):
        chosen("hard_negatives", count=400)
